//! How much of what comes in is taken: sizes, files at a time, and what is not counted.

/// How large a request may be where nothing is uploaded.
pub const BODY_LIMIT: usize = 1 << 20;
/// Larger than any bundle that is made here: a document of 10 MiB with all that belongs to it.
const LARGEST_VERIFIED: usize = 16 << 20;
/// What stands around a file of 10 MiB, as it is sent or in base 64.
const AROUND: usize = 64 << 10;
/// Whole files in memory at a time; one more is asked to come back.
pub const MOST_UPLOADS: usize = 16;
/// The same for files that anybody verifies: strangers take no place of what patients and staff send.
pub const MOST_VERIFIED: usize = 4;
/// Where anybody verifies a file.
pub const VERIFY: &str = "/verify/file";
/// Where WeChat pushes events to.
const PUSHES: &str = "/wechat/events";

/// How large a request may be where files are uploaded; none elsewhere.
pub fn upload_limit(path: &str) -> Option<usize> {
    let scan = path.strip_prefix("/api/staff/v1/consents/");
    let report = path.strip_prefix("/api/staff/v1/adverse-events/");
    let voice = path.strip_prefix("/api/patient/v1/consents/");
    if path == VERIFY {
        Some(LARGEST_VERIFIED + AROUND)
    } else if path == "/api/patient/v1/attachments" {
        Some((10 << 20) + AROUND)
    } else if scan.is_some_and(|rest| rest.ends_with("/paper"))
        || report.is_some_and(|rest| rest.ends_with("/attachments"))
        || path == "/api/staff/v1/readiness/attachments"
    {
        Some((10 << 20) / 3 * 4 + AROUND)
    } else if voice.is_some_and(|rest| rest.ends_with("/voice-questions")) {
        Some((2 << 20) + AROUND)
    } else {
        None
    }
}

/// What is not counted by the minute: each push proves itself by its signature, all come from a few addresses, and a
/// thousand reminders are followed by a thousand of them.
pub fn is_unlimited(path: &str) -> bool {
    path == PUSHES
}
