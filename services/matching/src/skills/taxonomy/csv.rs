//! Comma-separated values as RFC 4180 has them, with bounds.

use thiserror::Error;

/// The largest file: twice ESCO's largest, the relations of occupations and skills.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The largest field: ten times ESCO's largest list of synonyms.
pub const FIELD_BYTES_MAX: usize = 64 * 1024;
/// The most columns of a row; ESCO has up to 14.
pub const COLUMNS_MAX: usize = 64;

/// Why a file is not comma-separated values within the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CsvError {
    /// The file is larger than [`FILE_BYTES_MAX`].
    #[error("the file is larger than {FILE_BYTES_MAX} bytes")]
    FileTooLarge,
    /// A field is larger than [`FIELD_BYTES_MAX`].
    #[error("row {0} has a field larger than {FIELD_BYTES_MAX} bytes")]
    FieldTooLarge(u32),
    /// A row has more than `COLUMNS_MAX` fields.
    #[error("row {0} has more than {COLUMNS_MAX} columns")]
    TooManyColumns(u32),
    /// A quoted field is not closed, or text follows its closing quote.
    #[error("row {0} has a stray or unclosed quote")]
    Quote(u32),
}

/// The rows of a text, one after the other; it ends after the first error.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    row: u32,
    failed: Option<CsvError>,
}

impl<'a> Rows<'a> {
    /// The rows of `text`; a byte order mark before the first is dropped.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let failed = (text.len() > FILE_BYTES_MAX).then_some(CsvError::FileTooLarge);
        Self { rest: text.trim_start_matches('\u{FEFF}').chars().peekable(), row: 0, failed }
    }

    fn read(&mut self) -> Result<Option<Vec<String>>, CsvError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.rest.peek().is_none() {
            return Ok(None);
        }
        self.row = self.row.saturating_add(1);
        let mut fields = Vec::new();
        loop {
            let quoted = self.rest.next_if_eq(&'"').is_some();
            let field = if quoted { self.quoted()? } else { self.bare()? };
            fields.push(field);
            if fields.len() > COLUMNS_MAX {
                return Err(CsvError::TooManyColumns(self.row));
            }
            match self.rest.next() {
                Some(',') => {}
                Some('\r') => {
                    self.rest.next_if_eq(&'\n');
                    return Ok(Some(fields));
                }
                Some('\n') | None => return Ok(Some(fields)),
                Some(_) => return Err(CsvError::Quote(self.row)),
            }
        }
    }

    fn bare(&mut self) -> Result<String, CsvError> {
        let mut field = String::new();
        while let Some(letter) = self.rest.next_if(|letter| !matches!(letter, ',' | '\n' | '\r')) {
            self.push(&mut field, letter)?;
        }
        Ok(field)
    }

    fn quoted(&mut self) -> Result<String, CsvError> {
        let mut field = String::new();
        loop {
            match self.rest.next() {
                None => return Err(CsvError::Quote(self.row)),
                Some('"') if self.rest.next_if_eq(&'"').is_none() => return Ok(field),
                Some(letter) => self.push(&mut field, letter)?,
            }
        }
    }

    fn push(&self, field: &mut String, letter: char) -> Result<(), CsvError> {
        if field.len() >= FIELD_BYTES_MAX {
            return Err(CsvError::FieldTooLarge(self.row));
        }
        field.push(letter);
        Ok(())
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<String>, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        let ended = self.failed.is_some() && self.row > 0;
        if ended {
            return None;
        }
        let row = self.read();
        if let Err(error) = row {
            self.failed = Some(error);
            self.row = self.row.max(1);
        }
        row.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<Vec<Vec<String>>, CsvError> {
        Rows::new(text).collect()
    }

    #[test]
    fn reads_what_the_rfc_shows() {
        let rows = all("\u{FEFF}a,b\r\n\"x\ny\",\"say \"\"hi\"\"\"\n,\n").unwrap();
        assert_eq!(rows, [["a", "b"], ["x\ny", "say \"hi\""], ["", ""]]);
        assert_eq!(all("").unwrap(), Vec::<Vec<String>>::new());
    }

    #[test]
    fn refuses_what_is_broken() {
        assert_eq!(all("a\n\"b"), Err(CsvError::Quote(2)));
        assert_eq!(all("\"a\"b\n"), Err(CsvError::Quote(1)));
        assert_eq!(all(&",".repeat(COLUMNS_MAX)), Err(CsvError::TooManyColumns(1)));
        assert_eq!(all(&"x".repeat(FIELD_BYTES_MAX + 1)), Err(CsvError::FieldTooLarge(1)));
        assert_eq!(Rows::new("\"a").count(), 1, "an error ends the rows");
    }
}
