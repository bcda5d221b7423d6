-- What is looked for by a woman, a pregnancy or a thing of hers is found without reading everybody else's.

create index task_patient on task (patient_id) where done_at is null;
create index task_subject on task (subject_id);
create index assessment_response on assessment (response_id, response_version desc, at desc, id desc);
create index managed_case_episode on managed_case (episode_id, id desc);
create index referral_case on referral (case_id, id);
create index consent_voice_consent on consent_voice (consent_id);
create index labor_delivery on labor (delivery_id) where delivery_id is not null;

create index attachment_patient on attachment (patient_id, id);
create index follow_up_patient on follow_up (patient_id);
create index labor_patient on labor (patient_id, id);
create index lesson_progress_patient on lesson_progress (patient_id);
create index quiz_attempt_patient on quiz_attempt (patient_id, id);
create index response_patient on response (patient_id);
create index review_patient on review (patient_id);
create index risk_color_patient on risk_color (patient_id);
create index risk_suggestion_patient on risk_suggestion (patient_id);

-- Also for what was never completed.
drop index response_latest;
create index response_latest on response (episode_id, name, completed_at desc);
