//! While an attribute is being typed, what stands under it stays: an editor completes, shows types
//! and finds names from what the attribute emits, whether or not it is sound.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Item, parse_quote};

use crate::{agent, tool, toolset};

/// What was emitted, and how many mistakes are told beside it.
fn emitted(code: TokenStream) -> (Vec<Item>, usize) {
    let file: syn::File = syn::parse2(code).expect("an expansion is a file of items");
    let count = |item: &Item| text(item).matches("compile_error !").count();
    let mistakes = file.items.iter().map(count).sum();
    (file.items.into_iter().filter(|item| count(item) == 0).collect(), mistakes)
}

fn text(tokens: impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

fn attribute(text: &str) -> TokenStream {
    text.parse().expect("tokens")
}

/// Whether a braced or unit struct of this name is there, for all that names it.
fn has_type(items: &[Item], name: &str) -> bool {
    items.iter().any(|item| matches!(item, Item::Struct(found) if found.ident == name))
}

/// Whether something implements this trait.
fn implements(items: &[Item], name: &str) -> bool {
    text(quote!(#(#items)*)).contains(&format!("__fastroai :: {name}"))
}

#[test]
fn a_half_typed_tool_keeps_its_function_and_a_type_that_is_a_tool() {
    let item: syn::ItemFn = parse_quote! {
        /// Find a book.
        pub async fn find(title: String, shelf: Option<u32>) -> Result<String, Error> {
            let found = lookup(&title).await?;
            Ok(found.nam)
        }
    };
    for half in [
        "time",
        "timeout =",
        "timeout = ,",
        "timeout = \"",
        "timeout = \"10",
        "name = \"find\", eff",
        "effect = read_",
        "effect = read_only attempts",
        "on_error = format!",
        "timeout: ",
        "cost = \"$\", ",
        ",,",
        "=",
        "timeout = 10s, a b c",
        "type = ",
        "crate = ",
        "description",
    ] {
        let Ok(keys) = half.parse::<TokenStream>() else { continue };
        let (items, mistakes) = emitted(tool::expand(keys, item.to_token_stream()));
        let kept = items.iter().find_map(|kept| match kept {
            Item::Fn(kept) => Some(kept),
            _ => None,
        });
        let kept = kept.unwrap_or_else(|| panic!("no function after `{half}`"));
        assert_eq!(text(&kept.sig), text(&item.sig), "{half}");
        assert_eq!(text(&kept.block), text(&item.block), "{half}");
        assert_eq!(text(&kept.vis), text(&item.vis), "{half}");
        assert!(has_type(&items, "find"), "no type after `{half}`");
        assert!(implements(&items, "ToolInfo") && implements(&items, "Tool < __Agent >"), "{half}");
        assert!(mistakes > 0 || half == ",,", "no error after `{half}`");
    }
}

#[test]
fn a_half_typed_parameter_keeps_the_function() {
    for half in ["#[tool(]", "#[tool(def)]", "#[tool(default = )]", "#[tool]"] {
        let Ok(mark) = half.parse::<TokenStream>() else { continue };
        let item = quote! {
            /// Find a book.
            fn find(#mark title: String) -> String { title.tri }
        };
        let (items, mistakes) = emitted(tool::expand(TokenStream::new(), item));
        let code = text(quote!(#(#items)*));
        assert!(
            code.contains("fn find (title : String) -> String { title . tri }"),
            "{half}: {code}"
        );
        assert!(has_type(&items, "find"), "{half}");
        assert_eq!(mistakes, 1, "{half}");
    }
}

#[test]
fn a_half_typed_agent_keeps_its_struct_and_can_be_run() {
    let item: syn::ItemStruct = parse_quote! {
        /// You keep a library.
        #[derive(Clone)]
        pub struct Librarian<'a> {
            catalogue: &'a Catalogue,
        }
    };
    for half in [
        "mod",
        "model =",
        "model = \"",
        "model = \"openai\"",
        "model = \"openai:x\", tools = [wea, ",
        "model = \"openai:x\", tools = [wea, ]",
        "model = \"openai:x\", tools = [find, self.]",
        "model = \"openai:x\", tools = [find, self]",
        "model = \"openai:x\", tools = [library::]",
        "model = \"openai:x\", tools = [find lend]",
        "model = \"openai:x\", tools =",
        "model = \"openai:x\", output =",
        "model = \"openai:x\", output = Vec<",
        "model = \"openai:x\", budget = \"$\", temp",
        "\"openai:x\"",
    ] {
        let Ok(keys) = half.parse::<TokenStream>() else { continue };
        let (items, mistakes) = emitted(agent::expand(keys, item.to_token_stream()));
        let kept = items.iter().find_map(|kept| match kept {
            Item::Struct(kept) => Some(text(kept)),
            _ => None,
        });
        assert_eq!(kept, Some(text(&item)), "{half}");
        assert!(implements(&items, "AgentSpec"), "{half}");
        // A list that is whole but for its last name is for the compiler to complete.
        assert!(mistakes > 0 || half.contains("[wea, ]"), "no error after `{half}`");
    }
}

#[test]
fn the_whole_entries_of_a_half_typed_list_stay_listed() {
    let item = quote! {
        /// You keep a library.
        struct Librarian;
    };
    let keys = attribute("model = \"offline:demo\", tools = [find, shelves::, self., lend, ]");
    let (items, mistakes) = emitted(agent::expand(keys, item));
    let code = text(quote!(#(#items)*));
    assert!(code.contains("< find as __fastroai :: Tool < Self >>"), "{code}");
    assert!(code.contains("< lend as __fastroai :: Tool < Self >>"), "{code}");
    assert_eq!(mistakes, 2);
}

#[test]
fn a_half_typed_agent_function_can_be_called() {
    let item: syn::ItemFn = parse_quote! {
        /// You sort messages.
        async fn classify(text: &str) -> Result<AgentResponse<Category>> {
            format!("Sort {text}.").tri
        }
    };
    for half in
        ["mod", "model =", "model = \"openai:x\", desc", "model = \"openai:x\", tools = [a b]"]
    {
        let (items, mistakes) = emitted(agent::expand(attribute(half), item.to_token_stream()));
        let code = text(quote!(#(#items)*));
        assert!(code.contains("fn classify (text : & str)"), "{half}: {code}");
        assert!(code.contains("format ! (\"Sort {text}.\") . tri"), "{half}: {code}");
        assert!(has_type(&items, "classify"), "{half}");
        assert_eq!(mistakes, 1, "{half}");
    }
}

#[test]
fn a_half_typed_toolset_keeps_its_methods_and_its_tools() {
    let methods = |keys: &TokenStream| {
        quote! {
            impl Catalogue {
                /// Find a book.
                #[safe_tool(#keys)]
                async fn find(&self, title: String) -> String { self.titles.tri }

                fn other(&self) -> u32 { self.len() }
            }
        }
    };
    for (of_set, of_method) in
        [("", "time"), ("", "timeout ="), ("cra", ""), ("crate =", "eff = x")]
    {
        let item = methods(&attribute(of_method));
        let (items, mistakes) = emitted(toolset::expand(attribute(of_set), item));
        let code = text(quote!(#(#items)*));
        let find = "async fn find (& self , title : String) -> String { self . titles . tri }";
        assert!(code.contains(find) && code.contains("{ self . len () }"), "{code}");
        assert!(implements(&items, "Toolset < __Agent >"), "{code}");
        assert_eq!(mistakes, usize::from(!of_set.is_empty()) + usize::from(!of_method.is_empty()));
    }
}
