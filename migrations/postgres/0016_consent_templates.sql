-- A hospital's own consent templates, what happened to each template, and the consents that it touched.

create table consent_template (
  facility_id uuid not null references facility (id),
  template_id text not null,
  code text not null,
  version text not null,
  locale text not null,
  title text not null,
  document text not null,
  editor_id uuid not null references staff (id),
  at timestamptz not null,
  primary key (facility_id, template_id)
);

-- The template may be one of the release, which has no row above.
create table consent_template_event (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  template_id text not null,
  state text not null,
  staff_id uuid not null references staff (id),
  material_change boolean,
  reason bytea,
  effective_at timestamptz,
  predecessor_id text,
  at timestamptz not null,
  constraint consent_template_event_state unique (facility_id, template_id, state)
);

create table consent_template_touched (
  event_id uuid not null references consent_template_event (id),
  consent_id uuid not null references consent (id),
  facility_id uuid not null references facility (id),
  template_id text not null,
  state text not null,
  primary key (event_id, consent_id)
);
create index consent_template_touched_template on consent_template_touched (facility_id, template_id, consent_id);
create index consent_template_id on consent (facility_id, template_id, state, id);

create trigger consent_template_no_update before update on consent_template for each row execute function refuse_change();
create trigger consent_template_no_delete before delete on consent_template for each row execute function refuse_change();
create trigger consent_template_event_no_update before update on consent_template_event for each row execute function refuse_change();
create trigger consent_template_event_no_delete before delete on consent_template_event for each row execute function refuse_change();
create trigger consent_template_touched_no_update before update on consent_template_touched for each row execute function refuse_change();
create trigger consent_template_touched_no_delete before delete on consent_template_touched for each row execute function refuse_change();
