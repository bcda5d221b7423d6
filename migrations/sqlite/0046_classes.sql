-- Classes on site: when and where, how many places, who comes. Nothing of it is personal but who came.

create table school_class (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  title text not null,
  place text not null,
  starts_at text not null,
  ends_at text not null,
  places bigint not null,
  code text not null,
  cancelled_at text,
  bookings bigint not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index school_class_page on school_class (facility_id, starts_at desc, id desc);

create table class_booking (
  class_id blob not null references school_class (id),
  patient_id blob not null references patient (id),
  facility_id blob not null references facility (id),
  state text not null,
  turn bigint not null,
  at text not null,
  primary key (class_id, patient_id)
);
create index class_booking_patient on class_booking (facility_id, patient_id);
