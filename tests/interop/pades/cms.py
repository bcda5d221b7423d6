"""Fills the gaps of sealed documents with what pyHanko makes: a signature, a token, a signature with its token.

`cms.py DIR make` makes the keys and certificates in DIR once; `cms.py DIR WHAT` answers with DER what is asked:
`seal` and `timed` a signature over the digest on the standard input, without and with a time-stamp token;
`token` a token over the digest; `late` the signature on the standard input with a token added; `root` the root.
"""

import asyncio
import datetime
import pathlib
import sys

from asn1crypto import cms, keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

folder = pathlib.Path(sys.argv[1])


def certificate(name, public, issuer, issuer_key, *, usage, authority=False, stamps=False):
    """A certificate for a test, good for twenty years."""
    subject = pyca.Name([pyca.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        pyca.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(public)
        .serial_number(pyca.random_serial_number())
        .not_valid_before(datetime.datetime(2026, 1, 1))
        .not_valid_after(datetime.datetime(2046, 1, 1))
        .add_extension(pyca.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            pyca.KeyUsage(**{flag: flag in usage for flag in FLAGS}),
            critical=True,
        )
        .add_extension(pyca.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(pyca.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if stamps:
        builder = builder.add_extension(pyca.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


FLAGS = [
    'digital_signature', 'content_commitment', 'key_encipherment', 'data_encipherment', 'key_agreement',
    'key_cert_sign', 'crl_sign', 'encipher_only', 'decipher_only',
]


def write(name, made, key=None):
    (folder / f'{name}.pem').write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f'{name}.der').write_bytes(made.public_bytes(serialization.Encoding.DER))
    if key:
        (folder / f'{name}.key').write_bytes(key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ))


def make():
    signs = {'digital_signature', 'content_commitment'}
    issues = {'key_cert_sign', 'crl_sign'}
    for name in ('root', 'other'):
        key = ec.generate_private_key(ec.SECP256R1())
        made = certificate(f'TEST {name}', key.public_key(), None, key, usage=issues, authority=True)
        write(name, made)
        if name == 'root':
            root, root_key = made, key
    key = ec.generate_private_key(ec.SECP256R1())
    write('seal', certificate('TEST seal', key.public_key(), root, root_key, usage=signs), key)
    # pyHanko's own authority signs with RSA only.
    key = rsa.generate_private_key(65537, 3072)
    usage = {'digital_signature'}
    write('time', certificate('TEST time', key.public_key(), root, root_key, usage=usage, stamps=True), key)


def loaded(name):
    return x509.Certificate.load((folder / f'{name}.der').read_bytes())


def key_of(name):
    return keys.PrivateKeyInfo.load((folder / f'{name}.key').read_bytes())


def time_stamper():
    return DummyTimeStamper(loaded('time'), key_of('time'), SimpleCertificateStore.from_certs([loaded('root')]))


def sign(digest, stamper):
    signer = SimpleSigner(
        signing_cert=loaded('seal'),
        signing_key=key_of('seal'),
        cert_registry=SimpleCertificateStore.from_certs([loaded('root')]),
    )
    return asyncio.run(signer.async_sign(digest, 'sha256', use_pades=True, timestamper=stamper))


def token(digest):
    return asyncio.run(time_stamper().async_timestamp(digest, 'sha256'))


def with_token(signature):
    info = cms.ContentInfo.load(signature)
    [signer] = info['content']['signer_infos']
    digest = hashes.Hash(hashes.SHA256())
    digest.update(signer['signature'].native)
    signer['unsigned_attrs'] = cms.CMSAttributes([
        cms.CMSAttribute({'type': 'signature_time_stamp_token', 'values': [token(digest.finalize())]})
    ])
    return info


match sys.argv[2]:
    case 'make':
        make()
    case what:
        given = sys.stdin.buffer.read()
        answers = {
            'seal': lambda: sign(given, None).dump(),
            'timed': lambda: sign(given, time_stamper()).dump(),
            'token': lambda: token(given).dump(),
            'late': lambda: with_token(given).dump(force=True),
            'root': lambda: (folder / 'root.der').read_bytes(),
        }
        sys.stdout.buffer.write(answers[what]())
