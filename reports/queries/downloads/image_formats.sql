-- One row per image format that some platform takes or took, with what it is.
select name, meaning, source
from raw.image_formats f
where exists (from raw.facts where topic = 'image-formats' and list_contains(said, f.name))
order by name
