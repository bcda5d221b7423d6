//! The one integration binary: every chapter goes through HTTP and uses the same cast of people.

mod edge;
mod engines;
mod house;
mod journal;
mod migrations;
mod openapi;
mod consent;
mod people;
mod support;
