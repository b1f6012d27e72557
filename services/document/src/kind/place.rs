//! Where work is done.

use serde::{Deserialize, Serialize};

use crate::bounded::Line;
use crate::code::Country;
use crate::fault::Fault;
use crate::rejection::Rejection;

/// The name of a town or district with its region.
pub const SITE_CHARS_MAX: usize = 120;
/// 90° in ten-thousandths.
pub const LATITUDE_E4_MAX: i32 = 900_000;
/// 180° in ten-thousandths.
pub const LONGITUDE_E4_MAX: i32 = 1_800_000;

/// What a place is called.
pub type SiteName = Line<1, SITE_CHARS_MAX>;

/// Where work is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PlaceForm", into = "PlaceForm")]
pub enum Place {
    /// Anywhere.
    Remote,
    /// At a place on Earth.
    Site(Site),
}

/// A place on Earth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The town or district.
    pub name: SiteName,
    /// The country.
    pub country: Country,
    /// Where it is, if stated: both coordinates or none.
    pub point: Option<Point>,
}

/// A point in ten-thousandths of a degree (about eleven metres): coarse enough not to be a front door in all cases, and
/// integers, as all numbers in documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    latitude_e4: i32,
    longitude_e4: i32,
}

impl Point {
    /// A point by its latitude (north positive) and longitude (east positive) in ten-thousandths of a degree, WGS 84.
    ///
    /// # Errors
    /// [`Rejection::OutOfBounds`] beyond ±90° or ±180°.
    pub fn new(latitude_e4: i32, longitude_e4: i32) -> Result<Self, Rejection> {
        let north = -LATITUDE_E4_MAX..=LATITUDE_E4_MAX;
        let east = -LONGITUDE_E4_MAX..=LONGITUDE_E4_MAX;
        if north.contains(&latitude_e4) && east.contains(&longitude_e4) {
            Ok(Self { latitude_e4, longitude_e4 })
        } else {
            Err(Rejection::OutOfBounds)
        }
    }

    /// Ten-thousandths of a degree north of the equator.
    #[must_use]
    pub const fn latitude_e4(self) -> i32 {
        self.latitude_e4
    }

    /// Ten-thousandths of a degree east of Greenwich.
    #[must_use]
    pub const fn longitude_e4(self) -> i32 {
        self.longitude_e4
    }
}

/// Where: `{"kind":"remote"}` or `{"kind":"site","name":"…","country":"FR","latitude_e4":…,"longitude_e4":…}`.
// [`Place`] as it is written, not yet checked.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = Place))]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum PlaceForm {
    // With braces, or serde would let unknown fields pass.
    /// Anywhere.
    Remote {},
    /// There.
    Site {
        /// For people.
        name: SiteName,
        /// In which country.
        country: Country,
        /// Ten-thousandths of a degree north of the equator; with `longitude_e4`, or not at all.
        #[cfg_attr(feature = "schema", schema(minimum = -900_000, maximum = 900_000))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latitude_e4: Option<i64>,
        /// Ten-thousandths of a degree east of Greenwich.
        #[cfg_attr(feature = "schema", schema(minimum = -1_800_000, maximum = 1_800_000))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        longitude_e4: Option<i64>,
    },
}

impl TryFrom<PlaceForm> for Place {
    type Error = Fault;

    fn try_from(form: PlaceForm) -> Result<Self, Self::Error> {
        match form {
            PlaceForm::Remote {} => Ok(Self::Remote),
            PlaceForm::Site { name, country, latitude_e4, longitude_e4 } => {
                let latitude = degrees("latitude_e4", latitude_e4, LATITUDE_E4_MAX)?;
                let longitude = degrees("longitude_e4", longitude_e4, LONGITUDE_E4_MAX)?;
                let point = match (latitude, longitude) {
                    (Some(latitude), Some(longitude)) => Some(Point::new(latitude, longitude)?),
                    (None, None) => None,
                    (Some(_), None) => return Err(alone("latitude_e4", "longitude_e4")),
                    (None, Some(_)) => return Err(alone("longitude_e4", "latitude_e4")),
                };
                Ok(Self::Site(Site { name, country, point }))
            }
        }
    }
}

fn alone(one: &str, other: &str) -> Fault {
    let told =
        format!("`{one}` stands without `{other}`: say both, in ten-thousandths of a degree, or neither.");
    Rejection::OutOfForm.told(told)
}

fn degrees(name: &str, e4: Option<i64>, most: i32) -> Result<Option<i32>, Fault> {
    let within = |e4: i64| i32::try_from(e4).ok().filter(|e4| (-most..=most).contains(e4));
    let told = |e4| format!("`{name}` is -{most} to {most} ten-thousandths of a degree; this is {e4}.");
    e4.map(|e4| within(e4).ok_or_else(|| Rejection::OutOfBounds.told(told(e4)))).transpose()
}

impl From<Place> for PlaceForm {
    fn from(place: Place) -> Self {
        match place {
            Place::Remote => Self::Remote {},
            Place::Site(Site { name, country, point }) => Self::Site {
                name,
                country,
                latitude_e4: point.map(|point| i64::from(point.latitude_e4)),
                longitude_e4: point.map(|point| i64::from(point.longitude_e4)),
            },
        }
    }
}
