//! Time zones, from the database that is compiled in.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::helm::go::Str;

/// Where a clock stands.
#[derive(Clone, Debug)]
pub(crate) enum Zone {
    Utc,
    /// That of the machine, which for a render is always UTC.
    Local,
    /// A place, such as `Europe/Rome`.
    Place(Box<str>, TimeZone),
    /// An offset in seconds east of UTC, with a name or none.
    Fixed(Str, i64),
}

/// What clocks in a zone show at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The abbreviation.
    pub(super) name: Str,
    /// Seconds east of UTC.
    pub(super) offset: i64,
    pub(super) is_dst: bool,
}

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl Zone {
    /// The zone of that name (`time.LoadLocation`); none where there is no such.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"" | b"UTC" => return Some(Self::Utc),
            b"Local" => return Some(Self::Local),
            _ => {}
        }
        let name = std::str::from_utf8(name).ok()?;
        let found = DATABASE.get(name).ok()?;
        // Names are those of files for Go, so case counts.
        (found.iana_name() == Some(name)).then(|| Self::Place(name.into(), found))
    }

    /// Its own name, as `Location` prints it.
    pub(super) fn name(&self) -> Str {
        match self {
            Self::Utc => "UTC".into(),
            Self::Local => "Local".into(),
            Self::Place(name, _) => (&**name).into(),
            Self::Fixed(name, _) => name.clone(),
        }
    }

    /// What clocks show `seconds` after 1970.
    pub(super) fn at(&self, seconds: i64) -> Shown {
        match self {
            Self::Utc | Self::Local => Shown { name: "UTC".into(), offset: 0, is_dst: false },
            Self::Fixed(name, offset) => {
                Shown { name: name.clone(), offset: *offset, is_dst: false }
            }
            Self::Place(_, zone) => {
                let shown = zone.to_offset_info(moment(seconds));
                Shown {
                    name: shown.abbreviation().into(),
                    offset: shown.offset().seconds().into(),
                    is_dst: shown.dst().is_dst(),
                }
            }
        }
    }

    /// The moment at which clocks show `local`, seconds since 1970 as if they stood in UTC.
    pub(super) fn moment_of(&self, local: i64) -> i64 {
        let first = self.at(local).offset;
        if first == 0 {
            return local;
        }
        // Go takes the offset in force at `local` read as UTC, unless that leads across a change.
        let guess = local.wrapping_sub(first);
        local.wrapping_sub(self.at(guess).offset)
    }
}

/// The moment, or where it is out of the database's range another one with the same rules: four
/// centuries have a whole number of weeks.
fn moment(seconds: i64) -> Timestamp {
    const FOUR_CENTURIES: i64 = 146_097 * super::calendar::DAY;
    let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let seconds = if seconds > last {
        let over = (seconds - last).unsigned_abs().div_ceil(FOUR_CENTURIES.unsigned_abs());
        seconds - i64::try_from(over).unwrap_or_default() * FOUR_CENTURIES
    } else {
        seconds.max(first)
    };
    Timestamp::from_second(seconds).unwrap_or_default()
}
