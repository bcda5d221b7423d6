-- The day on which a batch came, which may lie before the day on which it was registered.

alter table supply add column received_on date;
