package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Call.Operator;
import dev.eddy.artifact.onnx.Dims.Dim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Operators that read, build or apply shapes. */
final class ShapeOperators {
    private ShapeOperators() {}

    static void register(Map<String, Operator> table) {
        table.put("Shape", ShapeOperators::shape);
        table.put("ConstantOfShape", ShapeOperators::constantOfShape);
        table.put("ConstantFill", ShapeOperators::constantFill);
        table.put("Expand", ShapeOperators::expand);
        table.put("Reshape", ShapeOperators::reshape);
        table.put("Flatten", ShapeOperators::flatten);
    }

    private static List<Value> shape(Call call) {
        List<Axis> axes = call.input(0).axes();
        int from = clamp(call.number("start", 0), axes.size());
        int to = clamp(call.number("end", axes.size()), axes.size());
        List<Dim> dims = axes.subList(from, Math.max(from, to)).stream()
                .map(axis -> new Dim(axis.size(), axis.symbol()))
                .toList();
        return List.of(tidy(new Dims(Axis.plain(dims.size()), dims)));
    }

    private static int clamp(long index, int size) {
        return (int) Math.max(0, Math.min(size, index < 0 ? index + size : index));
    }

    private static Value tidy(Dims dims) {
        return dims.dims().stream().allMatch(dim -> dim.symbol() == null) ? dims.fixed() : dims;
    }

    private static List<Value> constantOfShape(Call call) {
        OnnxModel.Attribute given = call.node().attributes().get("value");
        Constant value = given == null || given.t() == null
                ? new Constant(List.of(), new Numbers.Singles(new float[1]), false)
                : call.tensors().decode(given.t());
        if (value.numbers().size() != 1) {
            throw call.refuse("its value is not one number");
        }
        return List.of(fill(call, value.pick(List.of(), null), dims(call, 0)));
    }

    /** What opsets up to 8 have for ConstantOfShape, in the one form in which PyTorch writes it: a shape given as numbers. */
    private static List<Value> constantFill(Call call) {
        if (call.number("input_as_shape", 0) == 0
                || call.has("extra_shape")
                || call.number("dtype", TensorDecoder.FLOAT) != TensorDecoder.FLOAT) {
            throw call.refuse("only a tensor of float numbers whose shape is the input is supported");
        }
        return List.of(fill(call, Constant.ofReal(call.real("value", 0)), dims(call, 0)));
    }

    private static List<Value> expand(Call call) {
        Value value = call.input(0);
        List<Dim> target = dims(call, 1);
        if (value instanceof Constant constant) {
            return List.of(fill(call, constant, target));
        }
        List<Axis> axes = value.axes();
        boolean same = target.size() <= axes.size();
        for (int i = 0; same && i < target.size(); i++) {
            Axis axis = axes.get(axes.size() - target.size() + i);
            Dim dim = target.get(i);
            same = dim.symbol() == null
                    ? dim.value() == 1 || (axis.runs() ? axis.symbol().length() : axis.size()) == dim.value()
                    : axis.runs() && axis.symbol().same(dim.symbol());
        }
        if (!same) {
            throw call.refuse("it repeats a computed value along an axis, which is not supported");
        }
        return List.of(value);
    }

    /** A constant repeated to a shape; one that depends on time or batch stands at every point of them. */
    static Value fill(Call call, Constant constant, List<Dim> target) {
        int rank = Math.max(target.size(), constant.rank());
        List<Axis> axes = new ArrayList<>();
        long elements = 1;
        for (int i = 0; i < rank; i++) {
            int own = i - (rank - constant.rank());
            int asked = i - (rank - target.size());
            Axis has = own < 0 ? Axis.UNIT : constant.axes().get(own);
            Dim dim = asked < 0 ? new Dim(1, null) : target.get(asked);
            if (dim.value() < 0
                    || dim.value() > Integer.MAX_VALUE
                    || (has.size() != 1 && dim.value() != 1 && dim.value() != has.size())
                    || (has.size() != 1 && dim.symbol() != null)) {
                throw call.refuse("it cannot repeat an axis of " + has.size() + " to the shape asked for");
            }
            Axis axis = dim.symbol() != null ? Axis.of(dim.symbol()) : Axis.of(Math.max(has.size(), (int) dim.value()));
            axes.add(dim.value() == 0 && dim.symbol() == null ? new Axis(0, null) : axis);
            elements = Math.min(elements * axes.get(i).size(), Integer.MAX_VALUE);
        }
        call.budget().take(elements);
        int[] places = Routing.broadcast(constant.shape(), Axis.sizes(axes));
        Constant repeated = constant.pick(List.copyOf(axes), places);
        return axes.stream().anyMatch(Axis::runs) ? call.always(repeated) : repeated;
    }

    private static List<Value> reshape(Call call) {
        Value value = call.input(0);
        List<Dim> target = call.optional(1) == null ? attributeShape(call) : dims(call, 1);
        if (value instanceof Series series) {
            return List.of(Reshaping.apply(call, series, target));
        }
        return List.of(value.pick(Axis.plain(fixedShape(call, value, target)), null));
    }

    private static List<Dim> attributeShape(Call call) {
        OnnxModel.Attribute given = call.node().attributes().get("shape");
        if (given == null) {
            throw call.refuse("it names no shape");
        }
        return Dims.of(Constant.ofInts(given.ints())).dims();
    }

    private static int[] fixedShape(Call call, Value value, List<Dim> target) {
        int[] shape = new int[target.size()];
        int inferred = -1;
        long known = 1;
        for (int i = 0; i < shape.length; i++) {
            long extent = target.get(i).value();
            if (target.get(i).symbol() != null
                    || extent < -1
                    || extent > Integer.MAX_VALUE
                    || (extent == -1 && inferred >= 0)) {
                throw call.refuse("its shape cannot be told");
            }
            boolean copied = extent == 0 && call.number("allowzero", 0) == 0 && i < value.rank();
            shape[i] = copied ? value.axes().get(i).size() : (int) extent;
            inferred = extent == -1 ? i : inferred;
            known = extent == -1 ? known : Math.min(known * shape[i], Integer.MAX_VALUE);
        }
        if (inferred >= 0 && known > 0) {
            shape[inferred] = (int) (value.elements() / known);
            known *= shape[inferred];
        }
        if (known != value.elements() || shape.length > 8) {
            throw call.refuse(
                    "its shape " + Arrays.toString(shape) + " does not hold " + value.elements() + " elements");
        }
        return shape;
    }

    private static List<Value> flatten(Call call) {
        Value value = call.input(0);
        long given = call.number("axis", 1);
        int axis = given == value.rank() ? value.rank() : call.axis(given, value.rank());
        List<Dim> target = List.of(
                product(call, value.axes().subList(0, axis)),
                product(call, value.axes().subList(axis, value.rank())));
        if (value instanceof Series series) {
            return List.of(Reshaping.apply(call, series, target));
        }
        return List.of(value.pick(Axis.plain(fixedShape(call, value, target)), null));
    }

    private static Dim product(Call call, List<Axis> axes) {
        Dim product = new Dim(1, null);
        for (Axis axis : axes) {
            if (axis.unit()) {
                continue;
            }
            if (product.symbol() != null || (axis.runs() && product.value() != 1)) {
                throw call.refuse("it merges time or batch with other axes; apply the layer to each step instead");
            }
            product = new Dim(product.value() * axis.size(), axis.symbol());
        }
        return product;
    }

    private static List<Dim> dims(Call call, int input) {
        Value value = call.input(input);
        if (value.rank() > 1 || value.elements() > 8) {
            throw call.refuse("its shape is not a short list");
        }
        return value instanceof Dims dims
                ? dims.dims()
                : Dims.of(call.constant(input, "shape")).dims();
    }
}
