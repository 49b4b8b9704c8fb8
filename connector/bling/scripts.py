"""What Bling's limiters decide inside Redis, in one step each (`connector.pace` says how)."""

from __future__ import annotations

from connector import pace

_DAY_STATE = """
local a = redis.call('HMGET', KEYS[2], 'day', 'ours', 'others', 'r1', 'r2', 'r3', 'blocked', 'probe',
                     'margin', 'margin_at')
local ours, others = 0, 0
if a[1] == ARGV[1] then ours, others = tonumber(a[2]), tonumber(a[3]) end
"""

#: Account, address and day in one step. Gives {microseconds to wait, what}: `go`, `probe` (go, it tries
#: whether the day is over), `count` (go, and tell today's calls), `ask` (not reserved: ask after the wait),
#: `late` (would take longer than the caller waits), `address`, `blocked` and `day` (until the time given).
ACQUIRE = pace.script(
    _DAY_STATE
    + """
local together, margin, per_day = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local patience = tonumber(ARGV[9])
local out = redis.call('PTTL', KEYS[4])
if out > 0 then return {out * 1000, 'address'} end
local word = 'go'
if not a[1] then word = 'count' end
if a[7] then
  local blocked = tonumber(a[7])
  if now < blocked then return {math.ceil((blocked - now) * 1000000), 'blocked'} end
  word = 'probe'
end
if ours + others >= per_day and word ~= 'probe' then return {0, 'day'} end

local e = redis.call('HMGET', KEYS[3], 'errors', 'errors_at')
local errors = math.max(0, tonumber(e[1] or '0') - (now - tonumber(e[2] or '0')) * tonumber(ARGV[8]))
if errors >= tonumber(ARGV[7]) then
  return {math.ceil((errors - tonumber(ARGV[7]) + 1) / tonumber(ARGV[8]) * 1000000), 'ask'}
end

if a[9] then margin = math.max(margin, tonumber(a[9]) - (now - tonumber(a[10])) * 0.001) end
local window = (1 + margin) * tonumber(ARGV[11])
local last = {tonumber(a[4] or '0'), tonumber(a[5] or exact(since)), tonumber(a[6] or exact(since))}
local start = math.max(now, last[3], last[4 - together] + window)
local place
while true do
  local second = math.floor(start)
  local most = tonumber(ARGV[5])
  if start - since < 10 then most = tonumber(ARGV[6]) end
  place = KEYS[3] .. ':' .. second
  if tonumber(redis.call('GET', place) or '0') < most then break end
  start = second + 1
end
if start - now > patience then return {math.ceil((start - now) * 1000000), 'late'} end
redis.call('INCR', place)
redis.call('EXPIRE', place, math.ceil(start - now) + 15)
redis.call('HSET', KEYS[2], 'day', ARGV[1], 'ours', ours + 1, 'others', others,
           'r1', exact(last[2]), 'r2', exact(last[3]), 'r3', exact(start))
if word == 'probe' then
  redis.call('HSET', KEYS[2], 'blocked', exact(now + tonumber(ARGV[10])), 'probe', 1)
end
return {math.ceil((start - now) * 1000000), word}
"""
)

#: A 429 for the second that our own count does not explain: others spend too. The last second counts as full,
#: and the margin grows; it shrinks again by a millisecond a second.
CROWDED = pace.script(
    _DAY_STATE
    + """
local margin = math.max(tonumber(ARGV[2]), tonumber(a[9] or '0') - (now - tonumber(a[10] or '0')) * 0.001)
redis.call('HSET', KEYS[2], 'day', ARGV[1], 'ours', ours, 'others', others + 1,
           'margin', exact(math.min(0.5, margin * 1.5)), 'margin_at', exact(now))
for _, name in ipairs({'r1', 'r2', 'r3'}) do
  local known = tonumber(redis.call('HGET', KEYS[2], name) or '0')
  redis.call('HSET', KEYS[2], name, exact(math.max(known, now)))
end
return {}
"""
)

#: A 429 for the day. Gives whether it was a try whether the day is over.
DAY_OVER = pace.script(
    _DAY_STATE
    + """
local tried = a[8] and 1 or 0
local wait = tried == 1 and ARGV[3] or ARGV[2]
redis.call('HSET', KEYS[2], 'blocked', exact(now + tonumber(wait)), 'probe', 1,
           'day', ARGV[1], 'ours', ours, 'others', math.max(others, tonumber(ARGV[4]) - ours))
return {tried}
"""
)

ADD = pace.script("redis.call('HINCRBY', KEYS[2], 'ours', ARGV[1]) return {}")
PASSED = pace.script(
    "redis.call('HDEL', KEYS[2], 'blocked', 'probe') redis.call('HSET', KEYS[2], 'others', 0) return {}"
)
USAGE = pace.script(_DAY_STATE + "return {tostring(ours), tostring(others)}")

#: Bling has blocked our address: nobody calls from it for so many seconds.
BLOCK = pace.script("redis.call('SET', KEYS[2], 1, 'EX', ARGV[1]) return {}")

ERROR = pace.script(
    """
local e = redis.call('HMGET', KEYS[2], 'errors', 'errors_at')
local errors = math.max(0, tonumber(e[1] or '0') - (now - tonumber(e[2] or '0')) * tonumber(ARGV[1])) + 1
redis.call('HSET', KEYS[2], 'errors', exact(errors), 'errors_at', exact(now))
return {}
"""
)

TOKEN = pace.script(
    """
local out = redis.call('PTTL', KEYS[3])
if out > 0 then return {out * 1000, 'address'} end
local times = redis.call('LRANGE', KEYS[2], 0, -1)
local most, first = tonumber(ARGV[1]), tonumber(ARGV[2])
local start = math.max(now, tonumber(times[1] or '0'))
if times[most] then start = math.max(start, tonumber(times[most]) + 60.5) end
if start < since + 60 and times[first] then
  start = math.max(start, math.min(since + 60, tonumber(times[first]) + 60.5))
end
if start - now > tonumber(ARGV[3]) then return {math.ceil((start - now) * 1000000), 'late'} end
redis.call('LPUSH', KEYS[2], exact(start))
redis.call('LTRIM', KEYS[2], 0, most - 1)
return {math.ceil((start - now) * 1000000), 'go'}
"""
)
