package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Above;
import dev.eddy.artifact.onnx.Expressions.Absolute;
import dev.eddy.artifact.onnx.Expressions.Activated;
import dev.eddy.artifact.onnx.Expressions.Cell;
import dev.eddy.artifact.onnx.Expressions.Embedding;
import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.artifact.onnx.Expressions.Linear;
import dev.eddy.artifact.onnx.Expressions.Mean;
import dev.eddy.artifact.onnx.Expressions.Normalised;
import dev.eddy.artifact.onnx.Expressions.Product;
import dev.eddy.artifact.onnx.Expressions.Root;
import dev.eddy.artifact.onnx.Expressions.Scaled;
import dev.eddy.artifact.onnx.Expressions.Standardised;
import dev.eddy.artifact.onnx.Expressions.Sum;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What expressions read. */
final class Operands {
    private Operands() {}

    /** The vectors an expression reads. */
    static List<long[]> of(Expr expr) {
        if (expr instanceof Sum sum) {
            return List.of(sum.a(), sum.b());
        } else if (expr instanceof Product product) {
            return List.of(product.a(), product.b());
        } else if (expr instanceof Scaled scaled) {
            return List.of(scaled.x());
        } else if (expr instanceof Linear linear) {
            return List.of(linear.x());
        } else if (expr instanceof Activated activated) {
            return List.of(activated.x());
        } else if (expr instanceof Normalised normalised) {
            return List.of(normalised.x());
        } else if (expr instanceof Absolute absolute) {
            return List.of(absolute.x());
        } else if (expr instanceof Above above) {
            return List.of(above.x());
        } else if (expr instanceof Mean mean) {
            return List.of(mean.x());
        } else if (expr instanceof Root root) {
            return List.of(root.x());
        } else if (expr instanceof Standardised standardised) {
            return List.of(standardised.x());
        } else if (expr instanceof Embedding embedding) {
            return List.of(new long[] {embedding.token()});
        } else if (expr instanceof Cell cell) {
            return java.util.stream.Stream.of(cell.x(), cell.h(), cell.c())
                    .filter(java.util.Objects::nonNull)
                    .toList();
        }
        return List.of();
    }

    /** An expression that reads other elements in place of some; states that cells start from stay. */
    static Expr replaced(Expr expr, Map<Long, Long> by) {
        if (expr instanceof Sum sum) {
            return new Sum(replaced(sum.a(), by), replaced(sum.b(), by));
        } else if (expr instanceof Product product) {
            return new Product(replaced(product.a(), by), replaced(product.b(), by));
        } else if (expr instanceof Scaled scaled) {
            return new Scaled(scaled.operation(), scaled.by(), replaced(scaled.x(), by));
        } else if (expr instanceof Linear linear) {
            return new Linear(linear.weight(), linear.width(), replaced(linear.x(), by));
        } else if (expr instanceof Activated activated) {
            return new Activated(activated.activation(), replaced(activated.x(), by));
        } else if (expr instanceof Normalised normalised) {
            return new Normalised(normalised.kind(), replaced(normalised.x(), by));
        } else if (expr instanceof Absolute absolute) {
            return new Absolute(replaced(absolute.x(), by));
        } else if (expr instanceof Above above) {
            return new Above(above.threshold(), replaced(above.x(), by));
        } else if (expr instanceof Mean mean) {
            return new Mean(replaced(mean.x(), by));
        } else if (expr instanceof Root root) {
            return new Root(replaced(root.x(), by));
        } else if (expr instanceof Standardised standardised) {
            return new Standardised(standardised.epsilon(), replaced(standardised.x(), by));
        } else if (expr instanceof Cell cell) {
            return cell.reading(replaced(cell.x(), by));
        }
        return expr;
    }

    static long[] replaced(long[] refs, Map<Long, Long> by) {
        return Arrays.stream(refs).map(ref -> by.getOrDefault(ref, ref)).toArray();
    }

    /** Whether references are to elements of one expression. */
    static boolean single(long[] refs) {
        return refs.length > 0 && Arrays.stream(refs).allMatch(ref -> Expressions.id(ref) == Expressions.id(refs[0]));
    }

    /** The elements of an operand that belong to some elements of the expression that reads it. */
    static long[] pick(long[] operand, long[] refs) {
        long[] picked = new long[refs.length];
        Arrays.setAll(picked, k -> operand[Expressions.index(refs[k])]);
        return picked;
    }

    /**
     * All elements that some are computed from, themselves included.
     *
     * @param ends elements behind which nothing counts
     */
    static Set<Long> reach(Expressions expressions, Collection<Long> refs, Set<Long> ends) {
        Set<Long> reached = new HashSet<>();
        Set<Integer> mixed = new HashSet<>(); // expressions every element of which reads all that they read
        Deque<Long> open = new ArrayDeque<>(refs);
        while (!open.isEmpty()) {
            long ref = open.pop();
            Expr expr = expressions.of(ref);
            if (!reached.add(ref) || ends.contains(ref)) {
                continue;
            }
            boolean own = expr instanceof Sum
                    || expr instanceof Product
                    || expr instanceof Scaled
                    || expr instanceof Activated;
            if (own) {
                of(expr).forEach(x -> open.add(x[Expressions.index(ref)]));
            } else if (mixed.add(Expressions.id(ref))) {
                of(expr).forEach(x -> Arrays.stream(x).forEach(open::add));
            }
        }
        return reached;
    }
}
