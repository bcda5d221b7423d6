//! The readers of the evidence that face bytes of others, without the parts that sign, ask or keep.

#[path = "../../../../src/evidence/algorithm.rs"]
pub mod algorithm;
#[path = "../../../../src/evidence/asn1.rs"]
mod asn1;
#[path = "../../../../src/evidence/cms/mod.rs"]
pub mod cms;
pub mod timestamp;
#[path = "../../../../src/evidence/trust.rs"]
pub mod trust;
#[path = "../../../../src/evidence/x509.rs"]
pub mod x509;
