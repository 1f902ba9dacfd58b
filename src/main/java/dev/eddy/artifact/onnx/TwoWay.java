package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Cell;
import dev.eddy.artifact.onnx.Expressions.Expr;
import dev.eddy.artifact.onnx.Expressions.Input;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The two cells of a layer that reads both ways: the same but for their weights, over the same input.
 *
 * @param forwardId  the expression of the forward cell
 * @param backwardId the expression of the backward cell
 */
record TwoWay(Cell forward, int forwardId, Cell backward, int backwardId) {
    /** The layer whose outputs a vector consists of; {@code null} where it is of one cell, or of others too. */
    static TwoWay of(Expressions expressions, long[] refs) {
        int[] ids = Arrays.stream(refs).mapToInt(Expressions::id).distinct().toArray();
        if (ids.length != 2
                || !(expressions.of(first(refs, ids[0])) instanceof Cell one)
                || !(expressions.of(first(refs, ids[1])) instanceof Cell other)
                || one.backward() == other.backward()) {
            return null;
        }
        TwoWay both = one.backward() ? new TwoWay(other, ids[1], one, ids[0]) : new TwoWay(one, ids[0], other, ids[1]);
        return both.alike() ? both : null;
    }

    private static long first(long[] refs, int id) {
        return Arrays.stream(refs)
                .filter(ref -> Expressions.id(ref) == id)
                .findFirst()
                .orElseThrow();
    }

    private boolean alike() {
        return forward.kind() == backward.kind()
                && forward.hidden() == backward.hidden()
                && forward.resetAfter() == backward.resetAfter()
                && Objects.equals(forward.activation(), backward.activation())
                && Objects.equals(forward.options(), backward.options())
                && Arrays.equals(forward.x(), backward.x())
                && forward.h() == null
                && forward.c() == null;
    }

    /** The output h of both directions. */
    long[] h() {
        return joined(0, forward.output());
    }

    /** The cell state of both directions. */
    long[] c() {
        return joined(forward.output(), forward.width());
    }

    private long[] joined(int from, int to) {
        long[] all = Arrays.copyOf(Expressions.refs(forwardId, from, to), 2 * (to - from));
        System.arraycopy(Expressions.refs(backwardId, from, to), 0, all, to - from, to - from);
        return all;
    }

    /** Whether a vector is all of the output h, in order. */
    boolean gives(long[] refs) {
        return Arrays.equals(h(), refs);
    }

    /** Whether a vector is all of the cell state of an LSTM, in order. */
    boolean givesCell(long[] refs) {
        return forward.width() > forward.output() && Arrays.equals(c(), refs);
    }

    /** How the cells or inputs nearest to an element, from which it is computed, read a sequence. */
    record Sources(boolean forward, boolean backward) {
        static Sources of(Expressions expressions, long element) {
            boolean forward = false;
            boolean backward = false;
            Set<Long> seen = new HashSet<>();
            Deque<Long> open = new ArrayDeque<>(List.of(element));
            while (!open.isEmpty()) {
                long ref = open.pop();
                Expr expr = expressions.of(ref);
                if (expr instanceof Cell cell) {
                    backward |= cell.backward();
                    forward |= !cell.backward();
                } else if (expr instanceof Input) {
                    forward = true;
                } else if (seen.add(ref >>> 32)) {
                    Operands.of(expr).forEach(x -> Arrays.stream(x).forEach(open::add));
                }
            }
            return new Sources(forward, backward);
        }
    }
}
