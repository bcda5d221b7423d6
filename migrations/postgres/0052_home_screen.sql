-- How a pregnancy ended, and that she said no to analgesia: what her home screen shows hangs on both.

alter table episode add column ending text;
alter table episode add column declined boolean not null default false;

update episode set ending = 'loss' where exists (
  select 1 from labor l join newborn n on n.delivery_id = l.delivery_id where l.episode_id = episode.id and n.outcome <> 'alive'
);
update episode set ending = 'transferred' where ending is null and stage = 'closed' and exists (
  select 1 from labor l where l.episode_id = episode.id and l.born_at is null and l.close_reason = 'transferred'
);
update episode set ending = 'elsewhere' where ending is null and stage = 'closed' and exists (
  select 1 from labor l where l.episode_id = episode.id and l.born_at is null and l.close_reason = 'delivered_elsewhere'
);
update episode set declined = true where exists (
  select 1 from consent c where c.episode_id = episode.id and c.state in ('refused', 'withdrawn')
) and not exists (
  select 1 from consent c where c.episode_id = episode.id
  and c.state not in ('refused', 'withdrawn', 'superseded', 'expired', 'voided')
);
