package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Cell;
import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.artifact.onnx.Expressions.Fill;
import dev.eddy.artifact.onnx.Expressions.Input;
import dev.eddy.artifact.onnx.Expressions.Source;
import dev.eddy.artifact.onnx.Polynomial.Atom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A part of a graph's outputs that one computation fills, and the parts of inputs that may be its old values: those in the
 * very same place of an input as long as the output.
 */
record StateBlock(long[] refs, Set<String> outputs, Set<Atom> old) {
    private static final int MOST = 512;

    static Collection<StateBlock> find(Expressions expressions, Map<String, Series> outputs) {
        Map<Atom, StateBlock> blocks = new LinkedHashMap<>();
        outputs.forEach((name, series) -> {
            long[] all = series.refs();
            for (int from = 0, to; from < all.length && blocks.size() < MOST; from = to) {
                to = end(all, from);
                Expr expr = expressions.of(all[from]);
                if (!(expr instanceof Input || expr instanceof Cell || expr instanceof Fill)) {
                    Atom part = new Atom(Arrays.copyOfRange(all, from, to));
                    StateBlock block = blocks.computeIfAbsent(
                            part, p -> new StateBlock(p.refs(), new LinkedHashSet<>(), new LinkedHashSet<>()));
                    block.outputs.add(name);
                    block.old.addAll(old(expressions, all.length, from, to));
                }
            }
        });
        return blocks.values();
    }

    private static int end(long[] refs, int from) {
        int to = from + 1;
        while (to < refs.length && Expressions.id(refs[to]) == Expressions.id(refs[from])) {
            to++;
        }
        return to;
    }

    private static List<Atom> old(Expressions expressions, int width, int from, int to) {
        List<Atom> old = new ArrayList<>();
        expressions.inputs().forEach((id, input) -> {
            if (input.width() == width && input.source() != Source.TOKEN) {
                old.add(new Atom(Expressions.refs(id, from, to)));
            }
        });
        return old;
    }

    /** The name of an output that it stands in. */
    String name() {
        return Refusals.brief(outputs.iterator().next());
    }
}
