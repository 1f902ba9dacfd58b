package dev.eddy.artifact.onnx;

import dev.eddy.artifact.onnx.Expressions.Activated;
import dev.eddy.artifact.onnx.Polynomial.Atom;
import dev.eddy.artifact.onnx.WrittenCell.Form;
import dev.eddy.artifact.onnx.WrittenCell.Match;
import dev.eddy.model.LayerSpec.CellKind;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Recognises {@code h' = f(W x + U h + b)}: the new state stands in an output where the old one stood in an input. */
final class RnnPattern {
    private final Expressions expressions;
    private final Budget budget;
    private final Collection<StateBlock> blocks;

    RnnPattern(Expressions expressions, Budget budget, Collection<StateBlock> blocks) {
        this.expressions = expressions;
        this.budget = budget;
        this.blocks = blocks;
    }

    /** Matches a state; {@code null} where it is none. */
    Match match(StateBlock block) {
        if (!(expressions.of(block.refs()[0]) instanceof Activated activated)
                || block.old().isEmpty()) {
            return null;
        }
        WrittenCell cell = new WrittenCell(expressions, budget, CellKind.RNN, block, blocks);
        Polynomial inside = cell.expansion().of(Operands.pick(activated.x(), block.refs()));
        Affine map = inside == null ? null : Affine.of(inside, expressions, budget);
        Atom old = map == null ? null : cell.oldState(block.old(), List.of(map), block);
        if (old == null) {
            return null;
        } else if (!cell.clearlyState(old, List.of(map), block)) {
            throw cell.refuse(
                    "the input it would come back to is not clearly a state; let states be the last inputs and begin"
                            + " their names like those of their outputs, as h0 and hn");
        }
        GateStack gates = new GateStack(old.refs()).gate(map);
        Form form = new Form(CellKind.RNN, activated.activation(), false, null, Map.of());
        return cell.assembled(form, gates, old, block.refs(), null, null);
    }
}
