//! The one integration binary: every chapter goes through HTTP and uses the same cast of people.

mod analgesia;
mod content;
mod edge;
mod education;
mod engines;
mod episode;
mod house;
mod journal;
mod migrations;
mod openapi;
mod people;
mod support;
