//! Why: what each factor cost, in numbers and in sentences.

pub mod explain;
pub mod sentence;
