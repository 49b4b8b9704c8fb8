-- Eventos stays quick however long the history is: each filter has an index that ends in the id.
-- Statements end with a semicolon and an empty line; each is one call. Building them holds up settling (what
-- arrives meanwhile waits in the inbox), about a minute for ten million rows.

-- By outcome, and by kind through the few outcomes there are.
CREATE INDEX event_outcome_kind ON event (tenant_id, outcome, kind, id);

DROP INDEX event_outcome;

-- Most events have no reason and came from Bling: their rows cost these two nothing.
CREATE INDEX event_reason ON event (tenant_id, reason, id) WHERE reason IS NOT NULL;

CREATE INDEX event_source ON event (tenant_id, source, id) WHERE source <> 'bling';

-- What waits for a person, however much else is in the inbox.
CREATE INDEX inbox_held_list ON inbox (tenant_id, id) WHERE due_at IS NULL;

-- The words of records' names, folded (connector/domain/words.py). Under row-level security only ranges go by an
-- index, and a range finds the beginning of a word, not of any word in a text.
CREATE TABLE link_word (
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    account_id uuid NOT NULL,
    bling_id bigint NOT NULL,
    word text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, kind, account_id, bling_id, word)
);

CREATE INDEX link_word_search ON link_word (tenant_id, word, kind, account_id, bling_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON link_word TO ponte_tenant, ponte_system;

ALTER TABLE link_word ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON link_word TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON link_word TO ponte_system USING (true);

-- The owner is bound by policies too while they are forced.
ALTER TABLE link NO FORCE ROW LEVEL SECURITY;

-- Names that are there already. Accents other than Portuguese ones are folded when the name changes next.
INSERT INTO link_word (tenant_id, kind, account_id, bling_id, word)
SELECT DISTINCT l.tenant_id, l.kind, l.account_id, l.bling_id, left(w.word, 40)
FROM link l
CROSS JOIN LATERAL regexp_split_to_table(
    translate(lower(l.label), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'), '\W+') AS w (word)
WHERE w.word <> '';

ALTER TABLE link FORCE ROW LEVEL SECURITY;

ALTER TABLE link_word FORCE ROW LEVEL SECURITY;
