// Closures, trait objects, reference counts, a pool, and threads of Rust.
use std::cell::RefCell;
use std::hint::black_box;
use std::rc::{Rc, Weak};
use std::sync::mpsc;
use std::thread;

fn adders(number: usize) -> Vec<Box<dyn Fn(usize) -> usize>> {
    let tag = format!("tag {}", number);
    let mut all: Vec<Box<dyn Fn(usize) -> usize>> = Vec::new();
    for i in 0..4 {
        let own = tag.clone();
        all.push(Box::new(move |x| x + i + own.len()));
    }
    all
}

fn callbacks(number: usize) -> usize {
    adders(number).iter().map(|add| add(number)).sum()
}

struct Node {
    name: String,
    parent: RefCell<Weak<Node>>,
    children: RefCell<Vec<Rc<Node>>>,
}

fn node(name: &str) -> Rc<Node> {
    Rc::new(Node {
        name: name.to_owned(),
        parent: RefCell::new(Weak::new()),
        children: RefCell::new(Vec::new()),
    })
}

fn adopt(parent: &Rc<Node>, child: Rc<Node>) {
    *child.parent.borrow_mut() = Rc::downgrade(parent);
    parent.children.borrow_mut().push(child);
}

fn family(number: usize, kept: &mut Vec<Rc<Node>>) -> usize {
    let root = node("the root of a family");
    for i in 0..number % 5 {
        let child = node("a child");
        adopt(&child, node("a grandchild"));
        if i == 3 {
            kept.push(child.clone());
        }
        adopt(&root, child);
    }
    if kept.len() > 6 {
        kept.clear();
    }
    let children = root.children.borrow();
    children.iter().map(|c| c.name.len() + c.children.borrow().len()).sum()
}

trait Shape {
    fn outline(&self) -> Vec<(f64, f64)>;
}

struct Square(f64);
struct Fan(usize);

impl Shape for Square {
    fn outline(&self) -> Vec<(f64, f64)> {
        vec![(0.0, 0.0), (self.0, 0.0), (self.0, self.0), (0.0, self.0)]
    }
}

impl Shape for Fan {
    fn outline(&self) -> Vec<(f64, f64)> {
        (0..self.0).map(|i| (i as f64, 1.0)).collect()
    }
}

fn shape(number: usize) -> Box<dyn Shape> {
    if number % 3 == 0 { Box::new(Square(number as f64)) } else { Box::new(Fan(3 + number % 6)) }
}

fn shapes(number: usize) -> usize {
    let all: Vec<Box<dyn Shape>> = (number..number + 4).map(shape).collect();
    all.iter().map(|s| s.outline().len()).sum()
}

fn sorted(number: usize) -> usize {
    let mut names: Vec<String> = (0..30).map(|i| format!("name {}", (number * 7 + i * 5) % 31)).collect();
    names.sort_by_key(|name| name.chars().rev().collect::<String>());
    names.dedup();
    names.retain(|name| !name.ends_with('3'));
    names.join(", ").len()
}

fn send_all(to: mpsc::Sender<String>) {
    for i in 0..200 {
        let scratch = vec![i; 5 + i % 3];
        to.send(format!("message {}", scratch.len())).unwrap();
    }
}

fn main() {
    let mut kept = Vec::new();
    for number in 0..300 {
        black_box(callbacks(number));
        black_box(family(number, &mut kept));
        black_box(shapes(number));
        if number % 4 == 0 {
            black_box(sorted(number));
        }
    }
    let (to, from) = mpsc::channel();
    let sender = thread::Builder::new().name("sender".into()).spawn(move || send_all(to)).unwrap();
    sender.join().unwrap();
    for message in from {
        black_box(message.len());
    }
}
