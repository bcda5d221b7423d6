"""What pyHanko says of each document time-stamp in a file: `stamps.py ROOT.der FILE`."""

import asyncio
import pathlib
import sys

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext


async def main(root, file):
    context = ValidationContext(trust_roots=[x509.Certificate.load(pathlib.Path(root).read_bytes())])
    with open(file, 'rb') as handle:
        for stamp in PdfFileReader(handle).embedded_timestamp_signatures:
            status = await async_validate_pdf_timestamp(stamp, context)
            print(stamp.field_name, status.summary(), status.coverage.name)


asyncio.run(main(*sys.argv[1:]))
