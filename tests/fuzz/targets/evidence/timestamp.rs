//! As in the service, without client and authority.

#[path = "../../../../src/evidence/timestamp/refused.rs"]
mod refused;
#[path = "../../../../src/evidence/timestamp/request.rs"]
mod request;
#[path = "../../../../src/evidence/timestamp/response.rs"]
mod response;
#[path = "../../../../src/evidence/timestamp/token.rs"]
mod token;

use x509_cert::der::asn1::ObjectIdentifier;

pub use refused::Refused;
pub use request::Request;
pub use response::check;
pub use token::Token;

const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
