// Collections, strings, iterators, results and boxes of Rust's standard library.
//
// truth: collections::describe freed collections::describe
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hint::black_box;

#[derive(Clone)]
struct Token {
    text: String,
    line: usize,
}

enum Expr {
    Number(i64),
    Sum(Box<Expr>, Box<Expr>),
    Product(Box<Expr>, Box<Expr>),
}

fn tokens(line: &str, number: usize) -> Vec<Token> {
    line.split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| Token { text: word.to_lowercase(), line: number })
        .collect()
}

fn tree(depth: u32, seed: i64) -> Box<Expr> {
    if depth == 0 {
        return Box::new(Expr::Number(seed));
    }
    let (left, right) = (tree(depth - 1, seed + 1), tree(depth - 1, seed * 3));
    Box::new(if seed % 2 == 0 { Expr::Sum(left, right) } else { Expr::Product(left, right) })
}

fn evaluate(expr: &Expr) -> i64 {
    match expr {
        Expr::Number(n) => *n,
        Expr::Sum(a, b) => evaluate(a).wrapping_add(evaluate(b)),
        Expr::Product(a, b) => evaluate(a).wrapping_mul(evaluate(b)),
    }
}

#[derive(Default)]
struct Index {
    words: HashMap<String, Vec<usize>>,
    lines: BTreeMap<usize, String>,
    recent: VecDeque<String>,
}

impl Index {
    fn add(&mut self, token: &Token) {
        self.words.entry(token.text.clone()).or_default().push(token.line);
    }

    fn keep(&mut self, number: usize, line: &str) {
        self.lines.insert(number, line.to_string());
        if number >= 30 {
            self.lines.remove(&(number - 30));
        }
        self.recent.push_back(format!("recent line {}", number));
        if self.recent.len() > 10 {
            self.recent.pop_front();
        }
    }
}

fn make_line(number: usize) -> String {
    let parts = ["Alpha", "beta", "Gamma_long_word", "delta"];
    let mut line = String::new();
    for i in 0..6 {
        line.push_str(parts[(number * 7 + i * i) % 4]);
        line.push(' ');
        if i == 3 {
            line += &format!("number{}", number % 40);
        }
    }
    line
}

fn describe(index: &Index, number: usize) -> usize {
    let key = format!("key_{}", number % 10);
    let known = index.words.get(&key).map_or(0, |lines| lines.len());
    let parts: Vec<String> = (0..3).map(|i| format!("{}_{}", key, i)).collect();
    known + parts.iter().map(|part| part.len()).sum::<usize>()
}

fn checked(number: usize) -> Result<usize, String> {
    let values = vec![number; 9];
    if number % 5 == 0 {
        return Err(format!("value {} is bad", values[2]));
    }
    Ok(values[3])
}

fn sum_of_checked(number: usize) -> Result<usize, String> {
    Ok(checked(number)? + checked(number + 1)?)
}

fn process(index: &mut Index, number: usize) {
    let line = make_line(number);
    for token in &tokens(&line, number) {
        index.add(token);
    }
    index.keep(number, &line);
    black_box(describe(index, number));
    match sum_of_checked(number) {
        Ok(value) => black_box(value),
        Err(why) => black_box(why.len()),
    };
    black_box(evaluate(&tree(3, number as i64)));
}

fn main() {
    let mut index = Index::default();
    for number in 0..400 {
        process(&mut index, number);
    }
    black_box(index.words.len());
}
