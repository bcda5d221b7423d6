-- What happens to a consent over time: the form that was shown, the class of technique, the start of the procedure;
-- originals on paper; documents of bedside confirmations.

alter table consent add column form text not null default 'full';
alter table consent add column technique_class text not null default 'catheter';
alter table consent add column started_at text;

create table consent_paper (
  consent_id blob not null primary key references consent (id),
  facility_id blob not null references facility (id),
  staff_id blob not null references staff (id),
  second_id blob not null references staff (id),
  body blob not null,
  at text not null
);

create table consent_paper_page (
  consent_id blob not null references consent (id),
  facility_id blob not null references facility (id),
  no bigint not null,
  kind text not null,
  sha256 text not null,
  body blob not null,
  at text not null,
  primary key (consent_id, no)
);

create table consent_bedside_record (
  bedside_id blob not null primary key references consent_bedside (id),
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  pdf blob not null,
  sha256 text not null,
  at text not null
);
create index consent_bedside_record_consent on consent_bedside_record (consent_id, bedside_id);

create trigger consent_paper_no_update before update on consent_paper begin select raise(abort, 'consent_paper is immutable'); end;
create trigger consent_paper_no_delete before delete on consent_paper begin select raise(abort, 'consent_paper is immutable'); end;
create trigger consent_paper_page_no_update before update on consent_paper_page begin select raise(abort, 'consent_paper_page is immutable'); end;
create trigger consent_paper_page_no_delete before delete on consent_paper_page begin select raise(abort, 'consent_paper_page is immutable'); end;
create trigger consent_bedside_record_no_update before update on consent_bedside_record begin select raise(abort, 'consent_bedside_record is immutable'); end;
create trigger consent_bedside_record_no_delete before delete on consent_bedside_record begin select raise(abort, 'consent_bedside_record is immutable'); end;
