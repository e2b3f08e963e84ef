//! What people would use instead, each at its best, and what it is asked to do.

/// A way to take a place without an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum)]
pub enum Kind {
    /// One statement: `update … where it is free returning`.
    Update,
    /// A transaction: `select … for update`, then `update`.
    ForUpdate,
    /// One statement that takes the best free seat that nobody else is taking.
    SkipLockedBest,
    /// One statement that takes any free standing place that nobody else is taking.
    SkipLockedStanding,
    /// One row that counts a standing section's places.
    Counter,
    /// One Lua script, the append-only file synced before each answer.
    RedisAlways,
    /// The same, synced once a second: a crash loses a second.
    RedisEverysec,
}

/// What all claims of a comparison are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contest {
    NamedSeat,
    BestSeat,
    StandingPlace,
}

impl Kind {
    pub const ALL: [Self; 7] = [
        Self::Update,
        Self::ForUpdate,
        Self::SkipLockedBest,
        Self::SkipLockedStanding,
        Self::Counter,
        Self::RedisAlways,
        Self::RedisEverysec,
    ];

    /// Its name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Update => "UPDATE … RETURNING",
            Self::ForUpdate => "SELECT FOR UPDATE",
            Self::SkipLockedBest => "SKIP LOCKED, best",
            Self::SkipLockedStanding => "SKIP LOCKED, standing",
            Self::Counter => "counter row",
            Self::RedisAlways => "Redis Lua, always",
            Self::RedisEverysec => "Redis Lua, everysec",
        }
    }

    /// What it is compared in.
    pub fn contest(self) -> Contest {
        match self {
            Self::Update | Self::ForUpdate | Self::RedisAlways | Self::RedisEverysec => {
                Contest::NamedSeat
            }
            Self::SkipLockedBest => Contest::BestSeat,
            Self::SkipLockedStanding | Self::Counter => Contest::StandingPlace,
        }
    }

    /// Redis's `appendfsync`, if it is Redis.
    pub fn appendfsync(self) -> Option<&'static str> {
        match self {
            Self::RedisAlways => Some("always"),
            Self::RedisEverysec => Some("everysec"),
            Self::Update
            | Self::ForUpdate
            | Self::SkipLockedBest
            | Self::SkipLockedStanding
            | Self::Counter => None,
        }
    }

    /// The numbers of connections to its database that are tried.
    pub fn pool_sizes(self) -> &'static [u32] {
        match self {
            Self::RedisAlways | Self::RedisEverysec => &[2, 8],
            Self::Update
            | Self::ForUpdate
            | Self::SkipLockedBest
            | Self::SkipLockedStanding
            | Self::Counter => &[4, 8, 16, 32, 64],
        }
    }

    /// Its statements, for those that are one or more statements. `$1` is the seat, `$2` the order.
    pub fn statements(self) -> &'static [&'static str] {
        match self {
            Self::Update => &[
                "update rival_seat set order_id = $2, held_until = now() + interval '10 minutes'
                 where seat_index = $1 and order_id is null returning seat_index",
            ],
            Self::ForUpdate => &[
                "select seat_index from rival_seat where seat_index = $1 and order_id is null for update",
                "update rival_seat set order_id = $2, held_until = now() + interval '10 minutes' where seat_index = $1
                 returning seat_index",
            ],
            Self::SkipLockedBest => &[
                "update rival_place set order_id = $1, held_until = now() + interval '10 minutes'
                 where seat_index = (select seat_index from rival_place where order_id is null
                                     order by rank limit 1 for update skip locked)
                 returning seat_index",
            ],
            Self::SkipLockedStanding => &[
                "update rival_place set order_id = $1, held_until = now() + interval '10 minutes'
                 where seat_index = (select seat_index from rival_place where order_id is null
                                     limit 1 for update skip locked)
                 returning seat_index",
            ],
            Self::Counter => &[
                "update rival_counter set taken = taken + 1 where section_id = 1 and taken < capacity returning taken",
            ],
            Self::RedisAlways | Self::RedisEverysec => &[],
        }
    }
}

/// Takes a seat for an order if it is free, and keeps until when.
pub const LUA: &str =
    "if redis.call('hsetnx', KEYS[1], ARGV[1], ARGV[2]) == 1 then return 1 end return 0";
