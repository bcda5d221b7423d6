//! The one integration binary: every chapter goes through HTTP and uses the same cast of people.

mod access;
mod analgesia;
mod assessment;
mod consent;
mod content;
mod edge;
mod education;
mod engines;
mod episode;
mod events;
mod fhir;
mod followup;
mod forms;
mod house;
mod idempotency;
mod journal;
mod migrations;
mod openapi;
mod people;
mod process;
mod proxies;
mod quality;
mod readme;
mod story;
mod support;
mod verify;
