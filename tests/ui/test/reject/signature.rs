//! A test that nobody could call.

#[fastroai::test]
fn not_async() {}

#[fastroai::test]
async fn with_parameters(number: u8, text: &str) {
    let _ = (number, text);
}

#[fastroai::test]
async unsafe fn not_safe<T>() {}

#[fastroai::test]
#[test]
async fn twice() {}

#[fastroai::test]
struct NoFunction;

fn main() {}
