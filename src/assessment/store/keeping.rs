//! What is kept of one woman.

/// Sealed records of a woman. Binds: hospital, woman.
pub const SEALED: [&str; 2] = [
    "select a.id from assessment a join review r on r.id = a.review_id where r.facility_id = $1 and r.patient_id = $2",
    "select d.id from review_decision d join review r on r.id = d.review_id and r.episode_id = d.episode_id \
     where r.facility_id = $1 and r.patient_id = $2",
];
