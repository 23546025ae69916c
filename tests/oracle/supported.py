"""Which operations each of the other implementations has."""

import operations_tiles  # noqa: F401 - they add themselves to the table
import operations_views  # noqa: F401
from operations import OPERATIONS

ALL = list(OPERATIONS)
NAMES = {
    "cute_dsl": [name for name in ALL if name != "domain_distribute"],
    "cute_cpp": [name for name in ALL if name not in ("make_layout_tv", "composition_of_coordinates")],
    "pycute": [
        *["coalesce", "coalesce_profile", "filter", "size", "cosize", "composition", "composition_by_mode"],
        *["complement", "right_inverse", "left_inverse", "logical_divide", "zipped_divide", "tiled_divide"],
        *["logical_product", "zipped_product", "tiled_product", "idx2crd", "crd2idx", "make_layout"],
        *["slice_and_offset", "shape_div"],
    ],
    "tensor_layouts": [
        *["coalesce", "nullspace", "size", "cosize", "composition", "composition_by_mode", "complement"],
        *["right_inverse", "left_inverse", "logical_divide", "zipped_divide", "tiled_divide", "flat_divide"],
        *["logical_product", "zipped_product", "tiled_product", "flat_product", "blocked_product", "raked_product"],
        *["idx2crd", "crd2idx", "make_layout", "upcast", "downcast", "slice_and_offset", "max_common_layout"],
        *["max_common_vector", "shape_div", "product_each"],
    ],
}
