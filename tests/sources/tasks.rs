// Futures that are polled by an executor of the program's own: coroutines in Rust.
use std::collections::VecDeque;
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

struct Yield(bool);

impl Future for Yield {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        Poll::Pending
    }
}

fn waker() -> Waker {
    fn clone(_: *const ()) -> RawWaker {
        RawWaker::new(std::ptr::null(), &TABLE)
    }
    fn nothing(_: *const ()) {}
    static TABLE: RawWakerVTable = RawWakerVTable::new(clone, nothing, nothing, nothing);
    unsafe { Waker::from_raw(clone(std::ptr::null())) }
}

struct Executor {
    tasks: VecDeque<Pin<Box<dyn Future<Output = usize>>>>,
}

impl Executor {
    fn spawn(&mut self, task: impl Future<Output = usize> + 'static) {
        self.tasks.push_back(Box::pin(task));
    }

    fn run(&mut self) -> usize {
        let waker = waker();
        let mut context = Context::from_waker(&waker);
        let mut sum = 0;
        while let Some(mut task) = self.tasks.pop_front() {
            match task.as_mut().poll(&mut context) {
                Poll::Ready(value) => sum += value,
                Poll::Pending => self.tasks.push_back(task),
            }
        }
        sum
    }
}

async fn read_part(number: usize) -> String {
    let part = format!("part {} of a message", number);
    Yield(false).await;
    part
}

async fn read_all(number: usize) -> usize {
    let mut whole = String::new();
    for i in 0..number % 4 {
        whole += &read_part(i).await;
    }
    let parts: Vec<&str> = whole.split(' ').collect();
    parts.len()
}

async fn cancelled(number: usize) -> usize {
    let kept = vec![number; 6];
    Yield(false).await;
    kept.len()
}

fn main() {
    let mut executor = Executor { tasks: VecDeque::new() };
    for number in 0..400 {
        executor.spawn(read_all(number));
        executor.spawn(async move { read_part(number).await.len() + 1 });
        if number % 3 == 0 {
            let mut task: Pin<Box<dyn Future<Output = usize>>> = Box::pin(cancelled(number));
            let waker = waker();
            let _ = task.as_mut().poll(&mut Context::from_waker(&waker));
        }
        if number % 5 == 4 {
            black_box(executor.run());
        }
    }
    black_box(executor.run());
}
