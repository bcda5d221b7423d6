//! Why there is no bundle.

/// Why there is no bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It begins like a ZIP and is not one of ours, down to the bytes of its headers.
    #[error("not a bundle in its one form")]
    Form,
    /// A file with a name that no bundle has, twice, or not in order.
    #[error("a file that does not belong into a bundle")]
    Name,
    /// Too many bytes or files.
    #[error("too large for a bundle")]
    TooLarge,
    /// One of its JSON files is not in its one form.
    #[error("a file of the bundle is not in its form")]
    Content,
}
