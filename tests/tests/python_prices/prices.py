"""Prints what requests cost by the Python package, one JSON object a line.

Each model of its data is asked with usages of several kinds, on both sides of every step of its
prices, and in every tier of service that it has.
"""

import json
import sys
from datetime import datetime, timezone

import genai_prices
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import TieredPrices


def steps(prices):
    """Where the prices of a model change with the length of the request."""
    values = (getattr(prices, name, None) for name in NAMES)
    tiered = (value for value in values if isinstance(value, TieredPrices))
    return sorted({int(tier.start) for value in tiered for tier in value.tiers})


NAMES = [
    "input_mtok",
    "output_mtok",
    "cache_read_mtok",
    "cache_write_mtok",
    "cache_write_1h_mtok",
    "input_audio_mtok",
    "output_audio_mtok",
    "cache_audio_read_mtok",
]


def usages(steps):
    """Usages with all counts that a price can go by."""
    yield dict(input_tokens=1_000, output_tokens=500)
    yield dict(input_tokens=6, output_tokens=1)
    lengths = [1_009, 77_777, *(start + off for start in steps for off in (-1, 0, 1)), 2_000_003]
    for length in lengths:
        whole = dict(input_tokens=length, output_tokens=1_237)
        cached = dict(whole, cache_read_tokens=length // 3)
        yield whole
        yield cached
        yield dict(cached, cache_write_tokens=length // 5)
        yield dict(cached, cache_write_tokens=length // 5, cache_write_1h_tokens=length // 7)
        yield dict(whole, input_audio_tokens=length // 4, output_audio_tokens=311, cache_audio_read_tokens=0)
        yield dict(
            cached,
            input_audio_tokens=length // 4,
            cache_audio_read_tokens=length // 8,
            output_reasoning_tokens=401,
        )
    yield dict(input_tokens=5_003, output_tokens=97, web_searches=3)
    yield dict(input_tokens=5_003, output_tokens=97, storage_searches=2)


def names(clause):
    """Names that a clause of the data matches."""
    for kind in ("equals", "starts_with", "ends_with", "contains"):
        if (name := getattr(clause, kind, None)) is not None:
            yield name
    for kind in ("or_", "and_"):
        for inner in getattr(clause, kind, None) or ():
            yield from names(inner)


def name_of(provider, model):
    """A name that leads to the model: not every id does, and some lead to another one."""
    for name in (model.id, *names(model.match)):
        try:
            found = calc_price(Usage(), model_ref=name, provider_id=provider.id)
        except LookupError:
            continue
        if found.model.id == model.id:
            return name
    return model.id


def main():
    now = datetime.now(timezone.utc)
    out = sys.stdout
    print(json.dumps({"version": genai_prices.__version__}), file=out)
    for provider in get_snapshot().providers:
        for model in provider.models:
            name = name_of(provider, model)
            tiers = [None]
            for variant in getattr(model, "price_variants", None) or ():
                when = dict(variant.when)
                if set(when) in ({"service_tier"}, {"processing"}) and when not in tiers:
                    tiers.append(when)
            for tier in tiers:
                prices = model.get_prices(now, tier)
                for usage in usages(steps(prices)):
                    try:
                        price = calc_price(
                            Usage(**usage),
                            model_ref=name,
                            provider_id=provider.id,
                            genai_request_timestamp=now,
                            price_context=tier,
                        )
                        told = {"price": str(price.total_price)}
                    except Exception as error:  # noqa: BLE001
                        told = {"error": f"{type(error).__name__}: {error}"}
                    told |= {"provider": provider.id, "model": name, "usage": usage}
                    told["tier"] = next(iter(tier.values())) if tier else None
                    print(json.dumps(told), file=out)


main()
