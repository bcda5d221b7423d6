//! The one integration binary: every chapter goes through HTTP and uses the same cast of people.

mod people;
mod support;
