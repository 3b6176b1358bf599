//! What the attributes say where the other name is not told to them.

#[test]
fn without_its_name_the_attributes_say_what_to_write() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
