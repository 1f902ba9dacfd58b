package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Matrix;
import dev.eddy.model.Activation;
import java.util.List;

/**
 * Clockwork recurrent network (Koutník et al. 2014). The hidden units stand in blocks of periods T_1 &lt; T_2 &lt; …; at step
 * t = 0, 1, 2 … only those blocks move whose period divides t, and slow blocks feed fast ones:
 *
 * <pre>
 *   h_i' = f(W_i x + b_i + sum over j &gt;= i of U_ij h_j)     if t mod T_i = 0
 *   h_i' = h_i                                           otherwise
 * </pre>
 *
 * State: h, then t modulo the least common multiple of the periods, which a float32 holds exactly; (hidden + 1).
 */
final class ClockworkCell implements Cell {
    private final Block[] blocks; // of ascending period
    private final Activation activation;
    private final int hidden;
    private final int units; // of each block
    private final int cycle;

    /**
     * Some units with one clock.
     *
     * @param weights W_i and b_i, (units, input), and U_i, (units, units of this block and all slower ones)
     */
    record Block(int period, Matrix weights) {}

    /** @param cycle the least common multiple of the blocks' periods */
    ClockworkCell(List<Block> blocks, Activation activation, int cycle) {
        this.blocks = blocks.toArray(Block[]::new);
        this.activation = activation;
        this.hidden = this.blocks[0].weights().fedBack();
        this.units = this.blocks[0].weights().rows();
        this.cycle = cycle;
    }

    @Override
    public Sizes sizes() {
        return new Sizes(blocks[0].weights().inputs(), hidden, hidden + 1, Kernel.room(units));
    }

    @Override
    public void step(Kernel kernel, float[] x, float[] state, int h, float[] output, float[] moved) {
        int t = (int) state[h + hidden];
        // In place: a block reads itself and slower ones, which move after it.
        for (int i = 0; i < blocks.length; i++) {
            if (t % blocks[i].period() == 0) {
                int at = h + i * units;
                kernel.product(blocks[i].weights(), x, 0, state, at, moved);
                Functions.apply(kernel, activation, moved, 0, units);
                System.arraycopy(moved, 0, state, at, units);
            }
        }
        state[h + hidden] = (t + 1) % cycle;
        System.arraycopy(state, h, output, 0, hidden);
    }
}
