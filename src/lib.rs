//! Muan 母安: the backend that carries a woman from her first lesson to the survey after labor analgesia.
//!
//! The pathway is the tree. Floors, lowest first; a floor uses lower ones only, and within a floor only what stands
//! to the left (`tests/it/house.rs` keeps this):
//!
//! 0. [`base`] – words: acts, ids, clock, errors, languages, pages
//! 1. `config` · [`db`] · [`vault`] · [`journal`] · [`cache`] · [`files`] – engines
//! 2. [`questionnaire`] · [`evidence`] · [`wechat`] · [`sms`] · [`sign_on`] · [`content`] · [`outbox`] · [`ctx`] · [`http`] – shared, know no slice
//! 3. `people` · `episode` · `education` · `forms` · `assessment` · `consent` · `analgesia` · `followup` · `quality` – slices
//! 4. `fhir` · `app` · `cli` – look at it from outside, put it together

pub mod analgesia;
pub mod app;
pub mod assessment;
pub mod base;
pub mod cache;
pub mod cli;
pub mod config;
pub mod consent;
pub mod content;
pub mod ctx;
pub mod db;
pub mod demo;
pub mod education;
pub mod episode;
pub mod evidence;
pub mod fhir;
pub mod files;
pub mod followup;
pub mod forms;
pub mod http;
pub mod journal;
pub mod outbox;
pub mod people;
pub mod quality;
pub mod questionnaire;
pub mod sign_on;
pub mod sms;
pub mod vault;
pub mod wechat;
