-- name: insert_lease
INSERT INTO lease (name, owner, until_at, fence) VALUES (:name, :owner, :until_at, 1) {{on_conflict_ignore name}}

-- name: find_lease
SELECT owner, until_at, fence FROM lease WHERE name = :name {{for_update}}

-- name: take_lease
UPDATE lease SET owner = :owner, until_at = :until_at, fence = :fence + 1 WHERE name = :name AND fence = :fence

-- name: extend_lease
UPDATE lease SET until_at = :until_at WHERE name = :name AND owner = :owner AND fence = :fence AND until_at > :now

-- name: release_lease
UPDATE lease SET until_at = 0 WHERE name = :name AND owner = :owner AND fence = :fence
