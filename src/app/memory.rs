//! What the start no longer needs goes back to the system.

/// Gives back what the allocator still holds of the start.
///
/// The allocator gives memory back a while after it was freed, but only when somebody frees again: a service that
/// waits for its first request would keep all that reading the content took.
pub fn give_back() {
    // SAFETY: it takes no pointer and may be called from any thread; memory in use is never touched.
    unsafe { libmimalloc_sys::mi_collect(true) }
}
