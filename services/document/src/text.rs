//! What the small text types share: one checked way in, plain text out.

/// Defines a newtype over `String` whose value has passed `$check`, a `fn(&str) -> Result<(), Rejection>`.
macro_rules! checked_text {
    ($(#[$meta:meta])* $name:ident, $check:path, $form:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes the text if it is of the written form; nothing is repaired.
            pub fn parse(text: &str) -> Result<Self, $crate::rejection::Rejection> {
                $check(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The text as it is written in documents.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::rejection::Rejection;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::fault::Fault;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                $check(&text).map_err(|rejection| rejection.told($form))?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

pub(crate) use checked_text;
