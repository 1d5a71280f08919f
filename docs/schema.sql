-- The schema as the migrations make it. `npm run schema` writes this file.

CREATE OR REPLACE FUNCTION public.comet_append(users text[], event_id text, event_data text)
 RETURNS TABLE(mail_user text, mail_seq double precision)
 LANGUAGE plpgsql
AS $function$
      BEGIN
        IF users IS NULL OR event_data IS NULL THEN
          RETURN;
        END IF;
        RETURN QUERY
          WITH log AS (
            INSERT INTO comet_user AS u (user_id, last_seq)
            SELECT DISTINCT name COLLATE "C", 1 FROM unnest(users) AS name ORDER BY 1
            ON CONFLICT (user_id) DO UPDATE SET last_seq = u.last_seq + 1, touched_at = now()
            RETURNING user_id, last_seq
          )
          INSERT INTO comet_event AS e (user_id, seq, id, data)
          SELECT log.user_id, log.last_seq, event_id, event_data FROM log
          ON CONFLICT (user_id, id) DO NOTHING
          RETURNING e.user_id, e.seq::double precision;
      END
      $function$;

CREATE OR REPLACE FUNCTION public.comet_append_many(users text[], event_ids text[], events text[])
 RETURNS TABLE(mail_id text, mail_seq double precision)
 LANGUAGE plpgsql
AS $function$
      BEGIN
        IF users IS NULL THEN
          RETURN;
        END IF;
        RETURN QUERY
          WITH mail AS (
            SELECT name COLLATE "C" AS name, event_id, event,
                   row_number() OVER (PARTITION BY name COLLATE "C" ORDER BY place DESC) - 1
                     AS from_last
              FROM unnest(users, event_ids, events)
                     WITH ORDINALITY AS mail (name, event_id, event, place)
          ), log AS (
            INSERT INTO comet_user AS u (user_id, last_seq)
            SELECT name, count(*) FROM mail GROUP BY name ORDER BY name
            ON CONFLICT (user_id) DO UPDATE
               SET last_seq = u.last_seq + excluded.last_seq, touched_at = now()
            RETURNING user_id, last_seq
          )
          INSERT INTO comet_event AS e (user_id, seq, id, data)
          SELECT log.user_id, log.last_seq - from_last, event_id, event
            FROM mail JOIN log ON log.user_id = mail.name
          ON CONFLICT (user_id, id) DO NOTHING
          RETURNING e.id, e.seq::double precision;
      END
      $function$;

CREATE OR REPLACE FUNCTION public.json_merged(base json, more json)
 RETURNS json
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
      SELECT CASE
        WHEN more::text = '{}' THEN base
        WHEN base::text = '{}' THEN more
        ELSE (
          SELECT json_object_agg(key, value ORDER BY place) FROM (
            SELECT key, min(place) AS place, (array_agg(value ORDER BY place DESC))[1] AS value
              FROM (
                SELECT key, value, place FROM json_each(base) WITH ORDINALITY AS b (key, value, place)
                UNION ALL
                SELECT key, value, place + 1000000
                  FROM json_each(more) WITH ORDINALITY AS m (key, value, place)) members
             GROUP BY key) merged)
        END
    $function$;

CREATE TABLE access_grant (
  owner_id text COLLATE "C" NOT NULL,
  sequence bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  group_name text NOT NULL,
  number text COLLATE "C" NOT NULL,
  display text NOT NULL,
  ani text,
  code text,
  booked boolean NOT NULL,
  booked_until timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  matched_at timestamp with time zone,
  CONSTRAINT access_grant_pkey PRIMARY KEY (owner_id)
) WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=80);
CREATE UNIQUE INDEX access_grant_booked ON public.access_grant USING btree (number) WHERE booked;
CREATE UNIQUE INDEX access_grant_code ON public.access_grant USING btree (number, code) WHERE (code IS NOT NULL);
CREATE INDEX access_grant_expires_at ON public.access_grant USING btree (expires_at);
CREATE INDEX access_grant_number ON public.access_grant USING btree (number);

CREATE TABLE access_group_pool (
  group_name text NOT NULL,
  pool text[] NOT NULL,
  CONSTRAINT access_group_pool_pkey PRIMARY KEY (group_name, pool)
);

CREATE TABLE access_guess (
  number text COLLATE "C" NOT NULL,
  wrong integer NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  judging integer DEFAULT 0 NOT NULL,
  CONSTRAINT access_guess_pkey PRIMARY KEY (number)
);
COMMENT ON COLUMN access_guess.judging IS 'calls with a code that were let in and are not known to be right or wrong yet';

CREATE TABLE access_key (
  id uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  hash bytea NOT NULL,
  roles text[] NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  last_used_at timestamp with time zone,
  expires_at timestamp with time zone,
  tenants text[],
  CONSTRAINT access_key_hash UNIQUE (hash),
  CONSTRAINT access_key_name UNIQUE (name),
  CONSTRAINT access_key_pkey PRIMARY KEY (id),
  CONSTRAINT access_key_has_roles CHECK ((cardinality(roles) > 0))
);
COMMENT ON COLUMN access_key.hash IS 'SHA-256 of the key, which itself is nowhere; a key has 256 random bits';
COMMENT ON COLUMN access_key.last_used_at IS 'true to about a minute';
COMMENT ON COLUMN access_key.expires_at IS 'null: it never ends';
COMMENT ON COLUMN access_key.tenants IS 'values of ContactCenterId; null: all tenants';

CREATE TABLE access_number (
  number text COLLATE "C" NOT NULL,
  display text NOT NULL,
  pool text[] NOT NULL,
  "position" integer NOT NULL,
  free_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  CONSTRAINT access_number_pkey PRIMARY KEY (number)
) WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=80);
CREATE INDEX access_number_free ON public.access_number USING btree (pool, free_from, "position");
COMMENT ON COLUMN access_number.pool IS 'all groups it stands in, sorted; numbers of the same groups are one pool';
COMMENT ON COLUMN access_number.free_from IS 'when its booking ends, or since when it is unused';

CREATE TABLE audit_entry (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  subject text COLLATE "C" NOT NULL,
  before jsonb,
  after jsonb,
  kind text DEFAULT 'configuration'::text NOT NULL,
  calls integer DEFAULT 1 NOT NULL,
  last_at timestamp with time zone,
  tally text COLLATE "C",
  CONSTRAINT option_audit_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_entry_at ON public.audit_entry USING btree (at);
CREATE INDEX audit_entry_kind ON public.audit_entry USING btree (kind, id);
CREATE INDEX audit_entry_subject ON public.audit_entry USING btree (subject, id);
CREATE UNIQUE INDEX audit_entry_tally ON public.audit_entry USING btree (tally) WHERE (tally IS NOT NULL);
COMMENT ON COLUMN audit_entry.before IS 'secrets masked; NULL: it was not there';
COMMENT ON COLUMN audit_entry.after IS 'secrets masked; NULL: it is gone';
COMMENT ON COLUMN audit_entry.calls IS 'refusals of one caller, for one reason and within one minute';
COMMENT ON COLUMN audit_entry.tally IS 'caller, reason and minute of refusals; NULL: an entry of one call';

CREATE TABLE comet_clock (
  only_row boolean DEFAULT true NOT NULL,
  beat_at timestamp with time zone DEFAULT now() NOT NULL,
  lapse interval DEFAULT '00:00:00'::interval NOT NULL,
  lapse_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  CONSTRAINT comet_clock_pkey PRIMARY KEY (only_row),
  CONSTRAINT comet_clock_only_row_check CHECK (only_row)
) WITH (fillfactor=50);
COMMENT ON TABLE comet_clock IS 'one row: when a node was last able to write';
COMMENT ON COLUMN comet_clock.lapse IS 'how long nobody was able to, while it counts';

CREATE TABLE comet_event (
  user_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  data text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT comet_event_user_id_id_key UNIQUE (user_id, id),
  CONSTRAINT comet_event_pkey PRIMARY KEY (user_id, seq)
) WITH (autovacuum_vacuum_scale_factor=0.02);
CREATE INDEX comet_event_created_at ON public.comet_event USING btree (created_at);

CREATE TABLE comet_session (
  client_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  acknowledges boolean NOT NULL,
  subscriptions text[] DEFAULT '{}'::text[] NOT NULL,
  connected boolean DEFAULT false NOT NULL,
  cursor bigint NOT NULL,
  epoch integer DEFAULT 1 NOT NULL,
  seen_at timestamp with time zone DEFAULT now() NOT NULL,
  lost_at timestamp with time zone,
  ended boolean DEFAULT false NOT NULL,
  due_at timestamp with time zone DEFAULT now() NOT NULL,
  sent bigint,
  owner text,
  CONSTRAINT comet_session_pkey PRIMARY KEY (client_id)
) WITH (fillfactor=70);
CREATE INDEX comet_session_due_at ON public.comet_session USING btree (due_at);
CREATE INDEX comet_session_user ON public.comet_session USING btree (user_id);
COMMENT ON COLUMN comet_session.cursor IS 'everything up to this number has reached the client';
COMMENT ON COLUMN comet_session.epoch IS 'grows whenever another node takes the session over';
COMMENT ON COLUMN comet_session.lost_at IS 'when those who follow sessions were told that it is lost';
COMMENT ON COLUMN comet_session.ended IS 'its client cannot come back, and its place is passed on no more';
COMMENT ON COLUMN comet_session.due_at IS 'when the sweeper looks at it next';
COMMENT ON COLUMN comet_session.sent IS 'the highest number that was sent to the client; null: not known';
COMMENT ON COLUMN comet_session.owner IS 'the id on the bus of the node that answers for it; null: not known';

CREATE TABLE comet_session_end (
  client_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  ext text DEFAULT '{}'::text NOT NULL,
  claims integer DEFAULT 0 NOT NULL,
  due_at timestamp with time zone DEFAULT now() NOT NULL,
  ended_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT comet_session_end_pkey PRIMARY KEY (client_id),
  CONSTRAINT comet_session_end_kind_check CHECK ((kind = ANY (ARRAY['disconnected'::text, 'lost'::text])))
) WITH (autovacuum_vacuum_scale_factor=0.02);
CREATE INDEX comet_session_end_due_at ON public.comet_session_end USING btree (due_at);
CREATE INDEX comet_session_end_ended_at ON public.comet_session_end USING btree (ended_at);
COMMENT ON COLUMN comet_session_end.ext IS 'what the disconnect carried, JSON as the client sent it';
COMMENT ON COLUMN comet_session_end.claims IS 'grows with every lease; fences off a late node';
COMMENT ON COLUMN comet_session_end.due_at IS 'when it is to be handed over, or when its lease ends';

CREATE TABLE comet_user (
  user_id text COLLATE "C" NOT NULL,
  last_seq bigint DEFAULT 0 NOT NULL,
  touched_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT comet_user_pkey PRIMARY KEY (user_id)
) WITH (fillfactor=70);
COMMENT ON COLUMN comet_user.last_seq IS 'the number of the newest event; its lock orders commits';

CREATE TABLE cs_maintenance_audit (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  operation text NOT NULL,
  parameters jsonb NOT NULL,
  who text NOT NULL,
  begun_at timestamp with time zone DEFAULT now() NOT NULL,
  ended_at timestamp with time zone,
  services bigint DEFAULT 0 NOT NULL,
  outcome text,
  CONSTRAINT cs_maintenance_audit_pkey PRIMARY KEY (id)
);
CREATE INDEX cs_maintenance_audit_begun ON public.cs_maintenance_audit USING btree (begun_at);
CREATE INDEX cs_maintenance_audit_tenant ON public.cs_maintenance_audit USING btree (tenant, id);
COMMENT ON COLUMN cs_maintenance_audit.outcome IS 'null: under way, or its node died';

CREATE TABLE cs_service (
  id uuid NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C",
  contact_key text COLLATE "C",
  type_was jsonb,
  started_at timestamp with time zone NOT NULL,
  started_was jsonb,
  est_duration integer,
  completed_at timestamp with time zone,
  completed_was jsonb,
  extensions_was jsonb,
  life_explicit boolean NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  auto_complete_after integer,
  auto_complete_at timestamp with time zone,
  sweep_at timestamp with time zone NOT NULL,
  type json,
  started json,
  completed json,
  extensions json,
  CONSTRAINT cs_service_pkey PRIMARY KEY (id),
  CONSTRAINT cs_service_completed CHECK (((completed_at IS NULL) = ((completed IS NULL) AND (completed_was IS NULL)))) NOT VALID,
  CONSTRAINT cs_service_of_somebody CHECK (((customer_id IS NOT NULL) OR (contact_key IS NOT NULL)))
) WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=80);
CREATE INDEX cs_service_anonymous ON public.cs_service USING btree (tenant, contact_key, started_at, id) WHERE (customer_id IS NULL);
CREATE INDEX cs_service_completed_at ON public.cs_service USING btree (tenant, completed_at, id) WHERE (completed_at IS NOT NULL);
CREATE INDEX cs_service_customer ON public.cs_service USING btree (tenant, customer_id, started_at, id) WHERE (customer_id IS NOT NULL);
CREATE INDEX cs_service_started ON public.cs_service USING btree (tenant, started_at, id);
CREATE INDEX cs_service_sweep_at ON public.cs_service USING btree (sweep_at);
COMMENT ON COLUMN cs_service.tenant IS 'of the headers ContactCenterId and GroupId; empty: neither was sent';
COMMENT ON COLUMN cs_service.type_was IS 'as it was before type was json; counts while that is null';
COMMENT ON COLUMN cs_service.started_was IS 'as it was before started was json; counts while that is null';
COMMENT ON COLUMN cs_service.completed_was IS 'as it was before completed was json; counts while that is null';
COMMENT ON COLUMN cs_service.extensions_was IS 'as it was before extensions was json; counts while that is null';
COMMENT ON COLUMN cs_service.life_explicit IS 'whether a caller set expires_at; else each write moves it';
COMMENT ON COLUMN cs_service.auto_complete_after IS 'seconds; null: as section cview says';
COMMENT ON COLUMN cs_service.auto_complete_at IS 'when what is active is completed, unless somebody writes before';
COMMENT ON COLUMN cs_service.sweep_at IS 'not after expires_at and auto_complete_at; lags behind, so that most writes leave it alone';

CREATE TABLE cs_state (
  service_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  previous_state_id bigint,
  type_was jsonb,
  started_at timestamp with time zone NOT NULL,
  started_was jsonb,
  est_duration integer,
  completed_at timestamp with time zone,
  completed_was jsonb,
  extensions_was jsonb,
  type json,
  started json,
  completed json,
  extensions json,
  CONSTRAINT cs_state_pkey PRIMARY KEY (service_id, id),
  CONSTRAINT cs_state_completed CHECK (((completed_at IS NULL) = ((completed IS NULL) AND (completed_was IS NULL)))) NOT VALID
) WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=90);
COMMENT ON COLUMN cs_state.type_was IS 'as it was before type was json; counts while that is null';
COMMENT ON COLUMN cs_state.started_was IS 'as it was before started was json; counts while that is null';
COMMENT ON COLUMN cs_state.completed_was IS 'as it was before completed was json; counts while that is null';
COMMENT ON COLUMN cs_state.extensions_was IS 'as it was before extensions was json; counts while that is null';

CREATE TABLE cs_task (
  service_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  state_id bigint,
  type_was jsonb,
  started_at timestamp with time zone NOT NULL,
  started_was jsonb,
  est_duration integer,
  completed_at timestamp with time zone,
  completed_was jsonb,
  extensions_was jsonb,
  type json,
  started json,
  completed json,
  extensions json,
  CONSTRAINT cs_task_pkey PRIMARY KEY (service_id, id),
  CONSTRAINT cs_task_completed CHECK (((completed_at IS NULL) = ((completed IS NULL) AND (completed_was IS NULL)))) NOT VALID
) WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=90);
COMMENT ON COLUMN cs_task.type_was IS 'as it was before type was json; counts while that is null';
COMMENT ON COLUMN cs_task.started_was IS 'as it was before started was json; counts while that is null';
COMMENT ON COLUMN cs_task.completed_was IS 'as it was before completed was json; counts while that is null';
COMMENT ON COLUMN cs_task.extensions_was IS 'as it was before extensions was json; counts while that is null';

CREATE TABLE node (
  id text COLLATE "C" NOT NULL,
  status text DEFAULT 'ONLINE'::text NOT NULL,
  version text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  stopped_at timestamp with time zone,
  CONSTRAINT node_pkey PRIMARY KEY (id),
  CONSTRAINT node_status CHECK ((status = ANY (ARRAY['ONLINE'::text, 'OFFLINE'::text])))
) WITH (fillfactor=50);
COMMENT ON COLUMN node.seen_at IS 'its last heartbeat';
COMMENT ON COLUMN node.stopped_at IS 'when it stopped of its own; null while it runs';

CREATE TABLE option_section (
  name text COLLATE "C" NOT NULL,
  options json NOT NULL,
  "position" integer NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT option_section_pkey PRIMARY KEY (name),
  CONSTRAINT option_section_is_map CHECK ((json_typeof(options) = 'object'::text))
);
COMMENT ON COLUMN option_section."position" IS 'the order in which sections were written';

CREATE TABLE option_version (
  only_one boolean DEFAULT true NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT option_version_pkey PRIMARY KEY (only_one),
  CONSTRAINT option_version_is_one CHECK (only_one)
);

CREATE TABLE outbox_effect (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  lane text COLLATE "C" DEFAULT ''::text NOT NULL,
  payload jsonb,
  state text DEFAULT 'pending'::text NOT NULL,
  due_at timestamp with time zone NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  claims integer DEFAULT 0 NOT NULL,
  taken_by text,
  last_error text,
  finished_at timestamp with time zone,
  CONSTRAINT outbox_effect_key UNIQUE (kind, key),
  CONSTRAINT outbox_effect_pkey PRIMARY KEY (id),
  CONSTRAINT outbox_effect_finished CHECK (((state = 'pending'::text) = (finished_at IS NULL))),
  CONSTRAINT outbox_effect_state CHECK ((state = ANY (ARRAY['pending'::text, 'done'::text, 'dead'::text])))
) WITH (autovacuum_analyze_scale_factor=0.02, autovacuum_vacuum_scale_factor=0.02);
CREATE INDEX outbox_effect_dead ON public.outbox_effect USING btree (finished_at) WHERE (state = 'dead'::text);
CREATE INDEX outbox_effect_done ON public.outbox_effect USING btree (finished_at) WHERE (state = 'done'::text);
CREATE INDEX outbox_effect_pending ON public.outbox_effect USING btree (kind, lane, due_at) WHERE (state = 'pending'::text);
COMMENT ON COLUMN outbox_effect.due_at IS 'when a worker may take it; while one has it, when its lease ends';
COMMENT ON COLUMN outbox_effect.claims IS 'how often it was taken; with the id it fences off a worker whose lease was lost';
COMMENT ON COLUMN outbox_effect.taken_by IS 'the node that has it; null: nobody';

CREATE TABLE push_delivery (
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  message_id uuid DEFAULT gen_random_uuid() NOT NULL,
  event_id uuid NOT NULL,
  subscription_id uuid,
  type text COLLATE "C" NOT NULL,
  device_id text NOT NULL,
  provider text,
  debug boolean NOT NULL,
  language text,
  authorization_header text,
  lane text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  claims integer DEFAULT 0 NOT NULL,
  taken_by text,
  due_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  last_code text,
  last_error text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT push_delivery_pkey PRIMARY KEY (seq),
  CONSTRAINT push_delivery_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'dead'::text, 'expired'::text])))
) WITH (autovacuum_vacuum_scale_factor=0.02, fillfactor=80);
CREATE INDEX push_delivery_due ON public.push_delivery USING btree (lane, due_at) WHERE (state = 'pending'::text);
CREATE INDEX push_delivery_ended ON public.push_delivery USING btree (state, ended_at) WHERE (state <> 'pending'::text);
CREATE INDEX push_delivery_event ON public.push_delivery USING btree (event_id);
CREATE INDEX push_delivery_expires_at ON public.push_delivery USING btree (expires_at) WHERE (state = 'pending'::text);
CREATE INDEX push_delivery_failed ON public.push_delivery USING btree (state, seq) WHERE (state = ANY (ARRAY['dead'::text, 'expired'::text]));
CREATE INDEX push_delivery_subscription ON public.push_delivery USING btree (subscription_id) WHERE (state = 'pending'::text);
CREATE INDEX push_delivery_subscription_ended ON public.push_delivery USING btree (subscription_id, seq) WHERE (state <> 'pending'::text);
COMMENT ON COLUMN push_delivery.claims IS 'grows with every lease; fences off a late worker';
COMMENT ON COLUMN push_delivery.due_at IS 'when it is to be tried, or when its lease ends';

CREATE TABLE push_event (
  id uuid NOT NULL,
  tag text COLLATE "C" NOT NULL,
  message text NOT NULL,
  localized boolean NOT NULL,
  arguments_was jsonb,
  accepted integer NOT NULL,
  idempotency_key text COLLATE "C",
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  keep_until timestamp with time zone NOT NULL,
  arguments json,
  idempotency_body text,
  CONSTRAINT push_event_idempotency_key_key UNIQUE (idempotency_key),
  CONSTRAINT push_event_pkey PRIMARY KEY (id)
) WITH (autovacuum_vacuum_scale_factor=0.02);
CREATE INDEX push_event_keep_until ON public.push_event USING btree (keep_until);
CREATE INDEX push_event_tag ON public.push_event USING btree (tag);
COMMENT ON COLUMN push_event.accepted IS 'how many deliveries it was to be, for the ledger';
COMMENT ON COLUMN push_event.idempotency_key IS 'a hash of caller, user, call and key';
COMMENT ON COLUMN push_event.idempotency_body IS 'a hash of what the call said';

CREATE TABLE push_ledger (
  state text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  CONSTRAINT push_ledger_pkey PRIMARY KEY (state)
);
COMMENT ON TABLE push_ledger IS 'how many there were of what has been swept';

CREATE TABLE push_localization (
  is_the_one boolean DEFAULT true NOT NULL,
  xml text NOT NULL,
  uploaded_by text NOT NULL,
  uploaded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT push_localization_pkey PRIMARY KEY (is_the_one),
  CONSTRAINT push_localization_is_the_one_check CHECK (is_the_one)
);

CREATE TABLE push_provider_token (
  key text COLLATE "C" NOT NULL,
  token text NOT NULL,
  issued_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT push_provider_token_pkey PRIMARY KEY (key)
);
COMMENT ON COLUMN push_provider_token.key IS 'a hash of the key, its id and its team';

CREATE TABLE push_subscription (
  id uuid NOT NULL,
  subscriber_id text COLLATE "C" NOT NULL,
  filter text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  device_id text COLLATE "C" NOT NULL,
  provider text COLLATE "C",
  debug boolean NOT NULL,
  language text COLLATE "C",
  authorization_header text,
  properties jsonb NOT NULL,
  lane text COLLATE "C" NOT NULL,
  idempotency_key text COLLATE "C",
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  end_code text,
  end_reason text,
  idempotency_body text,
  CONSTRAINT push_subscription_idempotency_key_key UNIQUE (idempotency_key),
  CONSTRAINT push_subscription_pkey PRIMARY KEY (id)
);
CREATE INDEX push_subscription_created_at ON public.push_subscription USING btree (created_at);
CREATE INDEX push_subscription_ended_at ON public.push_subscription USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX push_subscription_expires_at ON public.push_subscription USING btree (expires_at);
CREATE INDEX push_subscription_filter ON public.push_subscription USING btree (filter) WHERE (ended_at IS NULL);
CREATE INDEX push_subscription_subscriber ON public.push_subscription USING btree (subscriber_id);
COMMENT ON COLUMN push_subscription.device_id IS 'for comet the user';
COMMENT ON COLUMN push_subscription.lane IS 'what concurrency and breakers count by';
COMMENT ON COLUMN push_subscription.idempotency_key IS 'a hash of caller, user, call and key';
COMMENT ON COLUMN push_subscription.idempotency_body IS 'a hash of what the call said';

CREATE TABLE service_instance (
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  data_id text COLLATE "C" NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT service_instance_pkey PRIMARY KEY (id)
) WITH (autovacuum_vacuum_scale_factor=0.02);
CREATE INDEX service_instance_expires_at ON public.service_instance USING btree (expires_at);
COMMENT ON COLUMN service_instance.name IS 'the configured service, section service.<name>';
COMMENT ON COLUMN service_instance.type IS 'the base service';
COMMENT ON COLUMN service_instance.data_id IS 'its storage area';

CREATE TABLE storage_area (
  id text COLLATE "C" NOT NULL,
  owner text,
  bound boolean DEFAULT false NOT NULL,
  kept_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT storage_area_pkey PRIMARY KEY (id)
) WITH (autovacuum_vacuum_scale_factor=0.02);
CREATE INDEX storage_area_expires_at ON public.storage_area USING btree (expires_at);
COMMENT ON COLUMN storage_area.owner IS 'the gms_user of a custom area; null: anybody who knows the id';
COMMENT ON COLUMN storage_area.bound IS 'its end is set by the service that owns it';
COMMENT ON COLUMN storage_area.kept_until IS 'until then it lives without any key';
COMMENT ON COLUMN storage_area.expires_at IS 'nothing in it lives longer; never below the end of any of its keys';

CREATE TABLE storage_entry (
  area_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  value text,
  bytes bytea,
  content_type text,
  file_name text,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT storage_entry_pkey PRIMARY KEY (area_id, key),
  CONSTRAINT storage_entry_text_or_bytes CHECK (((value IS NULL) <> (bytes IS NULL)))
) WITH (autovacuum_vacuum_scale_factor=0.02);
CREATE INDEX storage_entry_expires_at ON public.storage_entry USING btree (expires_at) WHERE (expires_at < 'infinity'::timestamp with time zone);

CREATE TABLE timer (
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  setting bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  payload jsonb,
  due_at timestamp with time zone NOT NULL,
  try_at timestamp with time zone NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  last_error text,
  CONSTRAINT timer_pkey PRIMARY KEY (kind, key)
) WITH (autovacuum_analyze_scale_factor=0.02, autovacuum_vacuum_scale_factor=0.02);
CREATE INDEX timer_try_at ON public.timer USING btree (kind, try_at);
COMMENT ON COLUMN timer.setting IS 'another at every setting of the same timer';
COMMENT ON COLUMN timer.try_at IS 'due_at, or later when its handler has failed';
