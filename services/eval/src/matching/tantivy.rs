//! A baseline that others wrote: BM25 of `tantivy` (k1 1.2, b 0.75) over its own words, folded and stemmed.

use hanse_matching::text::TextLanguage;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, TextAnalyzer,
};
use tantivy::{Index, Searcher, TantivyDocument, TantivyError, Term};

/// Memory of the writer: the largest corpus fits several times, so that it makes one segment.
const WRITER_BYTES: usize = 64_000_000;
/// Bytes of the longest word that counts.
const WORD_BYTES_MAX: usize = 64;

/// An index over texts, numbered from 0.
pub(crate) struct Tantivy {
    searcher: Searcher,
    analyser: TextAnalyzer,
    text: Field,
    depth: usize,
}

fn analyser(language: TextLanguage) -> TextAnalyzer {
    let language = match language {
        TextLanguage::French => Language::French,
        TextLanguage::English | TextLanguage::Other => Language::English,
    };
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(WORD_BYTES_MAX))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(Stemmer::new(language))
        .build()
}

impl Tantivy {
    pub(crate) fn new<'a>(
        texts: impl Iterator<Item = &'a str>,
        language: TextLanguage,
        depth: usize,
    ) -> Result<Self, TantivyError> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("words")
            .set_index_option(IndexRecordOption::WithFreqs);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let number = schema.add_u64_field("number", FAST);
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register("words", analyser(language));
        let mut writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        for (words, place) in texts.zip(0_u64..) {
            let mut document = TantivyDocument::default();
            document.add_text(text, words);
            document.add_u64(number, place);
            writer.add_document(document)?;
        }
        writer.commit()?;
        let searcher = index.reader()?.searcher();
        Ok(Self { searcher, analyser: analyser(language), text, depth })
    }

    /// Texts with a word of the query, best first.
    pub(crate) fn rank(&self, query: &str) -> Result<Vec<usize>, TantivyError> {
        let mut words = Vec::new();
        let mut analyser = self.analyser.clone();
        analyser.token_stream(query).process(&mut |token| words.push(token.text.clone()));
        let clause = |word: &String| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(self.text, word);
            (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
        };
        let query = BooleanQuery::new(words.iter().map(clause).collect());
        let found = self.searcher.search(&query, &TopDocs::with_limit(self.depth).order_by_score())?;
        let place = |address: tantivy::DocAddress| {
            let numbers = self.searcher.segment_reader(address.segment_ord).fast_fields().u64("number")?;
            Ok(numbers.first(address.doc_id).and_then(|number| usize::try_from(number).ok()))
        };
        let places: Result<Vec<Option<usize>>, TantivyError> =
            found.into_iter().map(|(_, address)| place(address)).collect();
        Ok(places?.into_iter().flatten().collect())
    }
}
