package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Cell;
import dev.eddy.artifact.onnx.Expressions.Input;
import dev.eddy.artifact.onnx.Polynomial.Atom;
import dev.eddy.model.Activation;
import dev.eddy.model.CellOptions;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec.CellKind;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A cell that a graph computes operation by operation, in the course of being recognised. */
final class WrittenCell {
    private final Expressions expressions;
    private final Budget budget;
    private final CellKind kind;
    private final StateBlock block;
    private final Collection<StateBlock> blocks;
    private final Expansion expansion;

    WrittenCell(
            Expressions expressions, Budget budget, CellKind kind, StateBlock block, Collection<StateBlock> blocks) {
        this.expressions = expressions;
        this.budget = budget;
        this.kind = kind;
        this.block = block;
        this.blocks = blocks;
        this.expansion = new Expansion(expressions, budget);
    }

    /**
     * A recognised cell.
     *
     * @param h its new state, as the graph computes it
     * @param c its new cell state; {@code null} for none
     */
    record Match(Cell cell, long[] h, long[] c) {}

    /**
     * What a recognised cell is besides its gates.
     *
     * @param kind       its kind
     * @param activation that of an RNN; {@code null} for other cells
     * @param resetAfter where the reset gate of a GRU acts
     * @param options    variants; {@code null} for none
     * @param extra      tensors besides those of the gates, by role
     */
    record Form(
            CellKind kind, Activation activation, boolean resetAfter, CellOptions options, Map<String, float[]> extra) {
        static Form of(CellKind kind) {
            return new Form(kind, null, false, null, Map.of());
        }
    }

    Expansion expansion() {
        return expansion;
    }

    InvalidModelException refuse(String why) {
        String name = kind == CellKind.RNN ? "an RNN" : kind == CellKind.LSTM ? "an LSTM" : "a GRU";
        return new InvalidModelException("the output '" + block.name() + "' is the new state of " + name
                + " cell written out as single operations, but " + why);
    }

    /** What an activation is applied to. */
    long[] argument(Atom gate, Activation activation, String what) {
        long[] argument = expansion.argument(gate.refs(), activation);
        if (argument == null) {
            throw refuse(what + " is not a " + activation.function().name().toLowerCase(Locale.ROOT)
                    + ", as it is in such a cell here");
        }
        return argument;
    }

    /** A vector as a linear map of single elements. */
    Affine affine(long[] refs, Atom whole, String what) {
        Polynomial polynomial = expansion.of(refs, whole);
        return affine(polynomial, what);
    }

    Affine affine(Polynomial polynomial, String what) {
        Affine affine = polynomial == null ? null : Affine.of(polynomial, expressions, budget);
        if (affine == null) {
            throw refuse(what + " is not the sum of linear maps of its inputs and a bias");
        }
        return affine;
    }

    /** The one old state of several possible ones that gates read; {@code null} for none. */
    Atom oldState(Set<Atom> possible, List<Affine> gates, StateBlock state) {
        Set<Long> read = new HashSet<>();
        gates.forEach(gate -> read.addAll(gate.reads()));
        List<Atom> found = possible.stream()
                .filter(old -> Arrays.stream(old.refs()).allMatch(read::contains) && !readElsewhere(old))
                .toList();
        if (found.isEmpty()) {
            return null;
        }
        Set<Long> reached = reach(read);
        List<Atom> rivals = possible.stream()
                .filter(old -> Arrays.stream(old.refs()).anyMatch(reached::contains))
                .toList();
        Atom last = rivals.get(rivals.size() - 1); // inputs come in their order
        List<Atom> named = rivals.stream().filter(old -> alike(old, state)).toList();
        if (found.contains(last) && (rivals.size() == 1 || named.equals(List.of(last)))) {
            return last;
        }
        throw refuse("nothing tells which of the inputs "
                + rivals.stream().map(this::name).toList()
                + " is its old state, for all have the same width; let the state be the last input and begin its name like"
                + " that of its output, as h0 and hn");
    }

    /** What the cell is computed from, up to the new states of other cells. */
    private Set<Long> reach(Set<Long> read) {
        Set<Long> ends = new HashSet<>();
        blocks.forEach(other -> Arrays.stream(other.refs()).forEach(ends::add));
        return Operands.reach(expressions, read, ends);
    }

    /**
     * Whether an input is the state and not a value of an event: its name begins like that of its output, or it is the last input
     * of all that the cell reads.
     */
    boolean clearlyState(Atom old, List<Affine> gates, StateBlock state) {
        Set<Long> read = new HashSet<>();
        gates.forEach(gate -> read.addAll(gate.reads()));
        int own = Expressions.id(old.refs()[0]);
        return alike(old, state)
                || reach(read).stream()
                        .map(Expressions::id)
                        .noneMatch(id -> id > own && expressions.inputs().containsKey(id));
    }

    private boolean alike(Atom old, StateBlock state) {
        String name = name(old);
        return state.outputs().stream().anyMatch(output -> name.regionMatches(true, 0, output, 0, 1));
    }

    private String name(Atom old) {
        return Refusals.brief(((Input) expressions.of(old.refs()[0])).name());
    }

    /** A state is read by nothing but its own cell. */
    private boolean readElsewhere(Atom old) {
        Set<Long> state = new HashSet<>();
        Arrays.stream(old.refs()).forEach(state::add);
        return expressions.readers(state).stream()
                .anyMatch(id -> !expansion.visited().contains(id));
    }

    /** Puts the cell together. */
    Match assembled(Form form, GateStack gates, Atom h, long[] newH, Atom c, long[] newC) {
        long[] x = gates.x();
        if (x.length == 0) {
            throw refuse("it reads nothing but its state");
        }
        requireOutside(x, newH, newC);
        Map<String, float[]> weights = gates.weights(budget);
        weights.putAll(form.extra());
        int hidden = newC == null ? newH.length : newC.length;
        Cell cell = new Cell(
                form.kind(),
                form.activation(),
                form.resetAfter(),
                form.options(),
                hidden,
                weights,
                x,
                h.refs(),
                c == null ? null : c.refs());
        return new Match(cell, newH, newC);
    }

    private void requireOutside(long[] x, long[] newH, long[] newC) {
        Set<Long> reached = Operands.reach(expressions, Arrays.stream(x).boxed().toList(), Set.of());
        for (long[] state : newC == null ? new long[][] {newH} : new long[][] {newH, newC}) {
            if (Arrays.stream(state).anyMatch(reached::contains)) {
                throw refuse("one of its gates reads a new state, as peepholes do");
            }
        }
    }
}
