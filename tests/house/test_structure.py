"""The table of how the code is cut counts what it says."""

from house import structure


def test_lines_of_functions_are_counted_from_def_to_end_also_of_inner_ones():
    text = "@cache\ndef one():\n    def two():\n        return 1\n    return two\n"
    assert structure.lengths(text) == [4, 2]


def test_a_circle_of_imports_is_found_however_many_modules_it_has():
    imports = {"a": {"b", "json"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": {"f"}, "f": {"e"}}
    assert structure.circles(imports) == {frozenset("abc"), frozenset("ef")}


def test_imports_of_modules_and_of_names_from_them_are_found():
    assert structure.imported("import a.b\nfrom c import d\ndef f():\n    from e import g\n") >= {"a.b", "c.d", "e"}
