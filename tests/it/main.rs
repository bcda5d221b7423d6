//! The one integration binary: every chapter goes through HTTP and uses the same cast of people.

mod analgesia;
mod access;
mod assessment;
mod content;
mod edge;
mod education;
mod engines;
mod episode;
mod followup;
mod forms;
mod house;
mod journal;
mod migrations;
mod openapi;
mod consent;
mod people;
mod quality;
mod story;
mod support;
