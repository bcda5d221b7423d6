-- The certificate that an issuer was asked about, so that what its list says can be read again in thirty years. Lists of before
-- have none and say nothing any more; issuers are asked again at the start.
alter table seal_revocation add column certificate bytea;
