mod matching;
mod picks;
