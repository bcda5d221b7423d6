-- Asphyxia by the proposal of 2013, which a hospital may report by. Null: not enough was recorded to say, or the row is from
-- before this column, and nobody can say without opening the sealed record.

alter table newborn add column asphyxia_proposal2013 boolean;

-- How often an epidural needle was placed. Null in a row from before this column, which tells only whether it was once more.
alter table analgesia_record add column placements bigint;
