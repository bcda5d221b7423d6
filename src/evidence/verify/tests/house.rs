//! A hospital in miniature: its keys, a sealed consent, its log. For the files of the tests.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::base::canonical::{canonical, sha256, tagged, template_id};
use crate::base::merkle;
use crate::evidence::authority::TestAuthority;
use crate::evidence::bundle::log::{
    Consistencies, Consistency, Entries, Entry, Inclusion, Inclusions, Payload,
};
use crate::evidence::bundle::{SECTIONS, Section, log, manifest, names, pack, write};
use crate::evidence::cms;
use crate::evidence::keys::SoftKey;
use crate::evidence::pades::{self, Kind};
use crate::evidence::timestamp::local::LocalAuthority;
use crate::evidence::timestamp::{Request, granted};
use crate::evidence::trust::{Trust, TrustedLogKey};
use crate::journal::checkpoint::Checkpoint;
use crate::journal::key::LogKey;
use crate::journal::receipt::Receipt;

const RESERVE: usize = 4096;
/// The place of the seal in the log.
const SEQ: usize = 5;

pub type Files = BTreeMap<String, Vec<u8>>;

pub fn day() -> DateTime<Utc> {
    "2026-03-02T02:00:00Z".parse().unwrap()
}

/// The keys of an institution.
pub struct House {
    authority: TestAuthority,
    time: LocalAuthority,
    log: LogKey,
}

/// What goes into a bundle.
pub struct Sealed {
    pub pdf: Vec<u8>,
    pub signed: [u8; 32],
    pub response: Option<Vec<u8>>,
    pub sections: Vec<Section>,
    pub root: [u8; 32],
    template: Value,
    presented: Value,
}

impl House {
    pub fn new() -> House {
        let authority = TestAuthority::make(day() - TimeDelta::days(30)).unwrap();
        let key = SoftKey::from_pkcs8(&authority.time.key).unwrap();
        let time = LocalAuthority::new(key, authority.time.certificate.clone()).unwrap();
        let log = LogKey::from_pem("hospital.example/log", &LogKey::make().unwrap()).unwrap();
        House { authority, time, log }
    }

    pub fn trust(&self) -> Trust {
        Trust {
            log_keys: vec![TrustedLogKey {
                name: self.log.name().to_owned(),
                public: self.log.public().key,
                from: day() - TimeDelta::days(30),
                until: None,
            }],
            ..self.authority.trust()
        }
    }

    pub fn seal_certificate(&self) -> [u8; 32] {
        *self.authority.seal.certificate.sha256()
    }

    /// A response with a token over these bytes.
    pub fn stamp(&self, bytes: &[u8], at: DateTime<Utc>) -> Vec<u8> {
        let request = Request::new(sha256(bytes), 7);
        self.time.answer(&request.der(), at, 1)
    }

    /// Seals a document, with a token unless there is to be none.
    pub fn seal(&self, document: &[u8], stamped: Option<DateTime<Utc>>) -> (Vec<u8>, Option<Vec<u8>>) {
        let prepared = pades::prepare(document, RESERVE, day(), Kind::Certify).unwrap();
        let signer = &self.authority.seal.certificate;
        let attributes = cms::signed_attributes(&prepared.digest, signer).unwrap();
        let signature = SoftKey::from_pkcs8(&self.authority.seal.key)
            .unwrap()
            .sign(&attributes);
        let chain = [signer.clone(), self.authority.root.certificate.clone()];
        let response = stamped.map(|at| self.stamp(&signature.value, at));
        let token = response.as_ref().map(|response| granted(response).unwrap());
        let message = cms::build(&attributes, &signature, &chain, token).unwrap();
        (pades::finish(prepared, &message).unwrap(), response)
    }

    /// The root as validation data.
    pub fn with_certificates(&self, sealed: &[u8]) -> Vec<u8> {
        let root = self.authority.root.certificate.der().to_vec();
        let added = pades::ValidationData {
            certificates: vec![root],
            ..Default::default()
        };
        pades::add_validation_data(sealed, &added).unwrap()
    }

    /// Validation data, and a document time-stamp behind everything.
    pub fn preserve(&self, sealed: &[u8], at: DateTime<Utc>) -> Vec<u8> {
        let sealed = self.with_certificates(sealed);
        let prepared = pades::prepare(&sealed, RESERVE, at, Kind::DocTimeStamp).unwrap();
        let response = self.time.answer(&Request::new(prepared.digest, 8).der(), at, 2);
        pades::finish(prepared, granted(&response).unwrap()).unwrap()
    }

    /// A consent, sealed.
    pub fn consent(&self, stamped: Option<DateTime<Utc>>, paper: bool) -> Sealed {
        let template = json!({ "code": "labor-analgesia", "locale": "zh-CN", "title": "分娩镇痛知情同意书" });
        let presented =
            json!({ "consent_id": "c-1", "risks": ["low_blood_pressure"], "title": "分娩镇痛知情同意书" });
        let sections = sections(&template, &presented, paper);
        let digests: Vec<[u8; 32]> = sections
            .iter()
            .zip(SECTIONS)
            .map(|(section, name)| section.digest(name).unwrap())
            .collect();
        let root = merkle::root(&digests);
        let manifest = json!({
            "root": hex::encode(root),
            "sections": (1..).zip(SECTIONS).zip(&digests).map(|((no, name), digest)| json!({
                "no": no, "name": name, "sha256": hex::encode(digest),
            })).collect::<Vec<_>>(),
        });
        let (pdf, response) = self.seal(&printed(&serde_json::to_vec(&manifest).unwrap()), stamped);
        Sealed {
            signed: pades::read(&pdf).unwrap().digest,
            pdf,
            response,
            sections,
            root,
            template,
            presented,
        }
    }

    /// Its files, without those of the log.
    pub fn files(&self, sealed: &Sealed) -> Files {
        let trust = serde_json::to_value(self.trust()).unwrap();
        let mut files = BTreeMap::from([
            (names::PDF.to_owned(), sealed.pdf.clone()),
            (names::TEMPLATE.to_owned(), canonical(&sealed.template).unwrap()),
            (names::PRESENTED.to_owned(), canonical(&sealed.presented).unwrap()),
            (names::section(10, "strokes"), STROKES.to_vec()),
            (names::TRUST.to_owned(), canonical(&trust).unwrap()),
            (
                "certs/root.cer".to_owned(),
                self.authority.root.certificate.der().to_vec(),
            ),
            (
                "certs/seal.cer".to_owned(),
                self.authority.seal.certificate.der().to_vec(),
            ),
        ]);
        for ((no, name), section) in (1..).zip(SECTIONS).zip(&sealed.sections) {
            files.insert(names::section(no, name), section.write(name).unwrap());
        }
        if let Some(response) = &sealed.response {
            files.insert(names::TOKEN.to_owned(), response.clone());
        }
        files
    }

    /// The log around the seal: so many entries, checkpoint and proofs.
    pub fn log(&self, sealed: &Sealed, files: &mut Files) -> Vec<[u8; 32]> {
        let entry = entry(sealed);
        let leaves = leaves(11, entry.hash().unwrap());
        let size = 7;
        let root = merkle::root(&leaves[..size]);
        let entries = Entries {
            entries: vec![entry],
            receipt: None,
        };
        let inclusions = Inclusions {
            proofs: vec![Inclusion {
                path: encoded(&inclusion(SEQ - 1, &leaves[..size])),
                seq: SEQ as u64,
            }],
            size: size as u64,
        };
        let consistencies = Consistencies {
            proofs: vec![Consistency {
                old_root: hex::encode(merkle::root(&leaves[..3])),
                old_size: 3,
                path: encoded(&consistency(3, &leaves[..size])),
            }],
            size: size as u64,
        };
        files.insert(names::ENTRIES.to_owned(), log::write(&entries).unwrap());
        files.insert(names::INCLUSION.to_owned(), log::write(&inclusions).unwrap());
        files.insert(names::CONSISTENCY.to_owned(), log::write(&consistencies).unwrap());
        let note = self.checkpoint(size as u64, root, day() + TimeDelta::minutes(10));
        files.insert(names::CHECKPOINT.to_owned(), note.into_bytes());
        leaves
    }

    pub fn checkpoint(&self, size: u64, root: [u8; 32], at: DateTime<Utc>) -> String {
        let origin = format!("{}/{}", self.log.name(), uuid::Uuid::nil());
        Checkpoint {
            origin,
            size,
            root,
            at,
        }
        .sign(&self.log)
    }

    /// The log's promise instead of its proofs.
    pub fn promise(&self, sealed: &Sealed, files: &mut Files) {
        let entry = entry(sealed);
        let digest = entry.unsequenced().unwrap();
        let entries = Entries {
            entries: vec![entry],
            receipt: Some(Receipt::sign(&digest, day(), &self.log)),
        };
        files.insert(names::ENTRIES.to_owned(), log::write(&entries).unwrap());
    }

    /// A whole bundle.
    pub fn bundle(&self, stamped: Option<DateTime<Utc>>) -> Files {
        let sealed = self.consent(stamped, false);
        let mut files = self.files(&sealed);
        self.log(&sealed, &mut files);
        files
    }
}

/// A newer checkpoint with its proof, as it is handed over.
pub fn proved(old: usize, leaves: &[[u8; 32]], note: &str) -> String {
    let path = consistency(old, leaves);
    let lines: String = path.iter().map(|step| STANDARD.encode(step) + "\n").collect();
    format!("old {old}\n{lines}\n{note}")
}

/// A bundle without the page and the steps by hand, which would be the most of it.
pub fn zipped(files: &Files) -> Vec<u8> {
    let mut files = files.clone();
    let listed = files.iter().map(|(name, body)| (name.as_str(), body.as_slice()));
    let listed = manifest::write(&listed.collect(), "1.0.0").unwrap();
    files.insert(names::MANIFEST.to_owned(), listed);
    let all: Vec<_> = files
        .iter()
        .map(|(name, body)| (name.as_str(), body.as_slice()))
        .collect();
    write(&all).unwrap()
}

/// A bundle as it is given away.
pub fn packed(files: &Files) -> Vec<u8> {
    pack(files, "1.0.0").unwrap()
}

const STROKES: &[u8] = b"[[[1,2,0,500],[30,40,15,510]]]";

fn sections(template: &Value, presented: &Value, paper: bool) -> Vec<Section> {
    let digest = hex::encode(sha256(&canonical(presented).unwrap()));
    let strokes = sha256(&[[9; 16].as_slice(), STROKES].concat());
    let body = |name: &str| match name {
        "header" => json!({ "consent_id": "c-1", "template_id": template_id(template).unwrap() }),
        "presented" if paper => json!({ "pages": [digest], "original_place": "病案室 3 号柜" }),
        "presented" => json!({ "document": presented, "sha256": digest, "echoed_sha256": digest }),
        "signature" => json!({ "strokes_sha256": {
            "salt": hex::encode([9; 16]), "sha256": hex::encode(strokes),
        } }),
        _ => json!({ "absent": true, "reason": "none" }),
    };
    let salted = (1_u8..).zip(SECTIONS).map(|(no, name)| Section::Open {
        salt: [no; 16],
        body: body(name),
    });
    salted.collect()
}

fn entry(sealed: &Sealed) -> Entry {
    let detail = json!({
        "root_sha256": hex::encode(sealed.root),
        "signed_sha256": hex::encode(sealed.signed),
    });
    let salt = [5_u8; 16];
    let patient = uuid::Uuid::from_u128(7);
    let covered = [&salt[..], patient.as_bytes(), &canonical(&detail).unwrap()].concat();
    let payload = tagged("audit/payload/v2", &covered);
    Entry {
        entry: json!({
            "actor": "system",
            "at": "2026-03-02T02:00:01.000Z",
            "id": "0195550e-0000-7000-8000-000000000001",
            "payload_sha256": hex::encode(payload),
            "prev": hex::encode([3; 32]),
            "seq": SEQ,
            "subject": "consent:0195550e-0000-7000-8000-000000000002",
            "type": log::SEAL,
        }),
        payload: Some(Payload {
            detail,
            patient: Some(patient),
            salt: hex::encode(salt),
        }),
    }
}

fn leaves(count: u8, seal: [u8; 32]) -> Vec<[u8; 32]> {
    let others = (0..count).map(|n| [n; 32]);
    others
        .enumerate()
        .map(|(at, other)| if at == SEQ - 1 { seal } else { other })
        .collect()
}

fn encoded(path: &[[u8; 32]]) -> Vec<String> {
    path.iter().map(hex::encode).collect()
}

/// RFC 6962 §2.1.1, as it is written there.
fn inclusion(index: usize, leaves: &[[u8; 32]]) -> Vec<[u8; 32]> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    if index < left.len() {
        [inclusion(index, left), vec![merkle::root(right)]].concat()
    } else {
        [inclusion(index - left.len(), right), vec![merkle::root(left)]].concat()
    }
}

/// RFC 6962 §2.1.2, as it is written there.
fn consistency(old: usize, leaves: &[[u8; 32]]) -> Vec<[u8; 32]> {
    fn subproof(old: usize, leaves: &[[u8; 32]], whole: bool) -> Vec<[u8; 32]> {
        if old == leaves.len() {
            return if whole {
                Vec::new()
            } else {
                vec![merkle::root(leaves)]
            };
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        if old <= left.len() {
            [subproof(old, left, whole), vec![merkle::root(right)]].concat()
        } else {
            [subproof(old - left.len(), right, false), vec![merkle::root(left)]].concat()
        }
    }
    subproof(old, leaves, true)
}

/// A document as the engine prints it, as small as it can be: one page and the attached manifest.
fn printed(manifest: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(manifest).unwrap();
    let packed = packed.finish().unwrap();
    let stream = [
        format!(
            "<</Length {}/Type/EmbeddedFile/Filter/FlateDecode/Subtype/application#2Fjson\
             /Params<</Size {}/ModDate(D:20260302100000+08'00)>>>>\nstream\n",
            packed.len(),
            manifest.len()
        )
        .as_bytes(),
        &packed,
        b"\nendstream",
    ]
    .concat();
    let objects: [&[u8]; 5] = [
        b"<</Type/Pages/Count 1/Kids[2 0 R]>>",
        b"<</Type/Page/Parent 1 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
        &stream,
        b"<</Type/Filespec/F(evidence.json)/UF(evidence.json)/AFRelationship/Data/EF<</F 3 0 R/UF 3 0 R>>>>",
        b"<</Type/Catalog/Pages 1 0 R/Lang(zh-CN)/Names<</EmbeddedFiles<</Names[(evidence.json)4 0 R]>>>>/AF[4 0 R]>>",
    ];
    let mut pdf = b"%PDF-1.7\n%\x80\x80\x80\x80\n\n".to_vec();
    let mut table = String::from("xref\n0 6\n0000000000 65535 f\r\n");
    for (number, object) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n\r\n", pdf.len()));
        pdf.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let xref = pdf.len();
    let id = "(0123456789abcdef)";
    let trailer = format!("trailer\n<</Size 6/Root 5 0 R/ID[{id}{id}]>>\nstartxref\n{xref}\n%%EOF");
    pdf.extend_from_slice(table.as_bytes());
    pdf.extend_from_slice(trailer.as_bytes());
    pdf
}
