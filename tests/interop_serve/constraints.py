"""Every constraint of every member, as the installed botocore's model has them: one at a time is broken on the wire, and
the answer must name that member and that constraint in the service's words."""
import re

from botocore.config import Config

from endpoint import client

pay = client(config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))
model = pay.meta.service_model
# What the model learned after the version that keymoot behaves as: values that are refused.
LATER_VALUES = ("HMAC_SHA", "ECC_", "TR31_M0_")
# Told otherwise, with the reason.
OTHERWISE = {
    ("ImportKey", "keyMaterial.tr34KeyBlock.wrappedKeyBlock"): "peers' tokens with a revocation list are longer",
}
OURS = """CreateKey DeleteKey ExportKey GetKey GetParametersForExport GetParametersForImport ImportKey ListKeys RestoreKey
StartKeyUsage StopKeyUsage CreateAlias UpdateAlias DeleteAlias GetAlias ListAliases TagResource UntagResource
ListTagsForResource GetPublicKeyCertificate GetCertificateSigningRequest""".split()


def early(constraint):
    """A pattern as that version of the model had it: an empty token in the place of none came with pairs of one's own."""
    return re.sub(r"pattern: \((import|export)(-token-.*)\)\?$", r"pattern: \1\2", constraint)


def holds(answer, at, constraint):
    """Whether an answer tells this constraint at this place. The order of an enum's values is nobody's promise."""
    told, _, values = constraint.partition("enum value set: [")
    words = f"at '{at}' failed to satisfy constraint: {early(told)}"
    if not values:
        return words in answer
    listed = answer.partition(f"{words}enum value set: [")[2].partition("]")[0].split(", ")
    wanted = values.rstrip("]").split(", ")
    return sorted(listed) == sorted(v for v in wanted if not v.startswith(LATER_VALUES))


def camel(name):
    return name[0].lower() + name[1:]


def sample(shape):
    """Something of the right type; only what is broken matters."""
    match shape.type_name:
        case "structure" if getattr(shape, "is_tagged_union", False):
            name, member = next(iter(shape.members.items()))
            return {name: sample(member)}
        case "structure":
            return {name: sample(shape.members[name]) for name in shape.required_members}
        case "list":
            return [sample(shape.member)]
        case "map":
            return {"0": sample(shape.value)}
        case "boolean":
            return True
        case "integer" | "long":
            return int(shape.metadata.get("min", 1))
        case "string" if shape.enum:
            return shape.enum[0]
    return "A" * max(int(shape.metadata.get("min", 1)), 1)


def faults(shape):
    """What can be sent in a member's place, and the constraint that it breaks."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "string" and shape.enum:
        yield "NO_SUCH", "Member must satisfy enum value set: [%s]" % ", ".join(shape.enum)
    elif shape.type_name == "string":
        if most:
            yield "A" * (most + 1), f"Member must have length less than or equal to {most}"
        if least:
            yield "", f"Member must have length greater than or equal to {least}"
        pattern = shape.metadata.get("pattern")
        for tried in ("!" * max(least or 1, 1), "\n" * max(least or 1, 1)):
            if pattern and not re.fullmatch(pattern, tried):
                yield tried, f"Member must satisfy regular expression pattern: {pattern}"
                break
    elif shape.type_name in ("integer", "long"):
        if most is not None:
            yield most + 1, f"Member must have value less than or equal to {most}"
        if least is not None:
            yield least - 1, f"Member must have value greater than or equal to {least}"
    elif shape.type_name == "list":
        if most:
            yield [sample(shape.member)] * (most + 1), f"Member must have length less than or equal to {most}"
        if least:
            yield [], f"Member must have length greater than or equal to {least}"


def members(shape, path=()):
    """Every member below a structure: its path, its shape, whether its structure demands it."""
    for name, member in shape.members.items():
        yield (*path, name), member, name in shape.required_members
        if member.type_name == "structure":
            yield from members(member, (*path, name))


def with_member(shape, path, value):
    """A request that has this at that path, and nothing where that is `None`."""
    union = getattr(shape, "is_tagged_union", False)
    made = {} if union else sample(shape)
    name, *rest = path
    if rest:
        made[name] = with_member(shape.members[name], rest, value)
    elif value is None:
        made.pop(name, None)
    else:
        made[name] = value
    return made


def told(operation, request):
    try:
        pay._make_api_call(operation, request)
    except pay.exceptions.ClientError as error:
        return error.response["Error"]["Message"]
    return "nothing"


checked, wrong, later = 0, [], set()
for operation in OURS:
    top = model.operation_model(operation).input_shape
    for path, shape, required in members(top):
        at = ".".join(map(camel, path))
        wanted = list(faults(shape))
        if required:
            wanted.append((None, "Member must not be null"))
        for value, constraint in wanted:
            answer = told(operation, with_member(top, path, value))
            if "is not supported" in answer or "later version" in answer:
                later.add(f"{operation} {at}")
                break
            checked += 1
            if not holds(answer, at, constraint) and (operation, at) not in OTHERWISE:
                wrong.append(f"{operation} {at}: {constraint!r}\n    {answer[:300]}")
print("\n".join(wrong))
print(f"{checked} constraints, {len(wrong)} told otherwise; {len(later)} members refused by name")
assert not wrong and checked > 200
print("held")
